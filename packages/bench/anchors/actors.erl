%% Processes as actors: `actors:main(["tell-1k"])`, or tell-100k, self-tell, ask-1, ring, spawn, fork-join, restart, prints
%% operations and nanoseconds.
-module(actors).
-behaviour(gen_server).
-export([main/1, init/1, handle_call/3, handle_cast/2]).

-define(COUNT, 1000000).
-define(FORKS, 10000).

main([Task]) ->
    Rounds = lists:sort([timed(list_to_atom(Task)) || _ <- lists:seq(1, 5)]),
    {Nanoseconds, Operations} = lists:nth(3, Rounds),
    io:format("~b ~b~n", [Operations, Nanoseconds]),
    halt().

%% In a process of its own, so that no run inherits another one's heap.
timed(Task) ->
    Self = self(),
    spawn_link(fun() ->
        Begin = erlang:monotonic_time(nanosecond),
        Operations = run(Task),
        Self ! {done, erlang:monotonic_time(nanosecond) - Begin, Operations}
    end),
    receive {done, Nanoseconds, Operations} -> {Nanoseconds, Operations} end.

run('tell-1k') -> tell(1000);
run('tell-100k') -> tell(100000);
run('self-tell') -> self() ! 0, self_tell(0);
run('ask-1') ->
    {ok, Server} = gen_server:start_link(?MODULE, [], []),
    [Value = gen_server:call(Server, Value - 1) || Value <- lists:seq(1, 300000)],
    300000;
run(ring) ->
    Self = self(),
    First = lists:foldl(fun(_, Next) -> spawn_link(fun() -> node(Next, Self) end) end, Self, lists:seq(1, 999)),
    First ! 1,
    ring(First);
run(spawn) ->
    [batch(1000) || _ <- lists:seq(1, 100)],
    100000;
run('fork-join') ->
    Self = self(),
    Workers = [spawn_link(fun() -> worker(Self, Worker, 100) end) || Worker <- lists:seq(1, ?FORKS)],
    [[Pid ! {work, Worker} || {Worker, Pid} <- lists:zip(lists:seq(1, ?FORKS), Workers)] || _ <- lists:seq(1, 100)],
    [receive {worked, Worker} -> ok end || Worker <- lists:seq(1, ?FORKS)],
    ?FORKS * 100;
%% Its parent starts it again: what a supervisor does at the least. An exit, since the runtime makes a report of every error.
run(restart) ->
    process_flag(trap_exit, true),
    Self = self(),
    restart(Self, start_fragile(Self), 0).

tell(Width) ->
    Counter = spawn_link(fun() -> counter(0) end),
    bursts(Counter, 0, Width).

bursts(_Counter, ?COUNT, _Width) -> ?COUNT;
bursts(Counter, Sent, Width) ->
    burst(Counter, Sent, Sent + Width),
    Counter ! {count, self()},
    Count = Sent + Width,
    receive {count_is, Count} -> bursts(Counter, Count, Width) end.

burst(_Counter, End, End) -> ok;
burst(Counter, Value, End) -> Counter ! {add, Value}, burst(Counter, Value + 1, End).

counter(Count) ->
    receive
        {add, Count} -> counter(Count + 1);
        {count, From} -> From ! {count_is, Count}, counter(Count)
    end.

self_tell(?COUNT) -> ?COUNT;
self_tell(Value) -> receive Value -> self() ! Value + 1, self_tell(Value + 1) end.

%% The one who measures is a node of the ring, too.
ring(First) ->
    receive
        Hop when Hop >= ?COUNT -> Hop;
        Hop -> First ! Hop + 1, ring(First)
    end.

node(Next, Root) -> receive Hop -> Next ! Hop + 1, node(Next, Root) end.

batch(Width) ->
    Self = self(),
    [spawn(fun() -> receive Value -> Self ! {handled, Value} end end) ! Value || Value <- lists:seq(1, Width)],
    [receive {handled, Value} -> ok end || Value <- lists:seq(1, Width)].

worker(Root, Worker, 0) -> Root ! {worked, Worker};
worker(Root, Worker, Left) -> receive {work, Worker} -> worker(Root, Worker, Left - 1) end.

start_fragile(Parent) -> spawn_link(fun() -> fragile(Parent, 0) end).

restart(_Self, _Fragile, 100000) -> 100000;
restart(Self, Fragile, Value) ->
    Fragile ! fail,
    receive {'EXIT', Fragile, on_purpose} -> ok end,
    Next = start_fragile(Self),
    Next ! {add, Value},
    receive {handled, Value, 1} -> restart(Self, Next, Value + 1) end.

fragile(Parent, Count) ->
    receive
        fail -> exit(on_purpose);
        {add, Value} -> Parent ! {handled, Value, Count + 1}, fragile(Parent, Count + 1)
    end.

init([]) -> {ok, []}.
handle_call(Value, _From, State) -> {reply, Value + 1, State}.
handle_cast(_Message, State) -> {noreply, State}.
