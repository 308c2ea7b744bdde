/**
 * A diagram: its text, until Mermaid, which only pages with a diagram load, has drawn it; drawn anew when the reader goes from
 * light to dark. Mermaid is the file that its authors build for pages, and comes from the site itself.
 */
import mermaidFile from "@mermaid-js/tiny/dist/mermaid.tiny.js?url";
import { useData } from "vitepress";
import { defineComponent, h, onMounted, shallowRef, useId, watch } from "vue";

interface Mermaid {
  initialize(options: object): void;
  render(id: string, code: string): Promise<{ readonly svg: string }>;
}

declare global {
  var mermaid: Mermaid | undefined;
}

/** How small a diagram may become; where the page is narrower still, it scrolls. */
const LEAST = 0.63;

let loading: Promise<Mermaid> | undefined;
/** Mermaid draws one at a time. */
let last: Promise<unknown> = Promise.resolve();

export const MermaidDiagram = defineComponent({
  props: { code: { type: String, required: true } },
  setup(props) {
    const { isDark } = useData();
    const id = useId();
    const svg = shallowRef<string>();
    const draw = async (): Promise<void> => {
      const mermaid = await load();
      mermaid.initialize({
        startOnLoad: false,
        suppressErrorRendering: true,
        theme: isDark.value ? "dark" : "neutral",
        fontFamily: "inherit",
        sequence: {
          wrap: true,
          width: 170,
          actorMargin: 20,
          actorFontSize: 16,
          messageFontSize: 16,
          mirrorActors: false,
        },
        flowchart: { wrappingWidth: 180 },
      });
      const drawn = await mermaid.render(`diagram-${id}`, decodeURIComponent(props.code));
      svg.value = drawn.svg.replace(
        /max-width: ([\d.]+)px;/,
        (style, width) => `${style} min-width: ${width * LEAST}px;`,
      );
    };
    const drawNext = (): void => {
      last = last.then(draw, draw);
    };
    onMounted(drawNext);
    watch(isDark, drawNext);
    return () =>
      svg.value === undefined
        ? h("pre", { class: "diagram" }, decodeURIComponent(props.code))
        : h("div", { class: "diagram", innerHTML: svg.value });
  },
});

function load(): Promise<Mermaid> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = mermaidFile;
    script.onload = () =>
      globalThis.mermaid === undefined ? reject(new Error("No Mermaid")) : resolve(globalThis.mermaid);
    script.onerror = () => reject(new Error(`Cannot load ${mermaidFile}`));
    document.head.append(script);
  });
  return loading;
}
