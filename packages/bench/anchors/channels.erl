%% Processes and mailboxes: `channels:main(["burst"])`, or ping-pong, pipeline, select, prints operations and nanoseconds.
-module(channels).
-export([main/1]).

-define(COUNT, 1000000).
-define(STAGES, 1000).

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

run(burst) ->
    send(self(), 0, 1, ?COUNT),
    expect(0, ?COUNT);
run('ping-pong') ->
    Echo = spawn_link(fun echo/0),
    trips(Echo, 0, ?COUNT div 2);
run(pipeline) ->
    Self = self(),
    First = lists:foldl(fun(_, Next) -> spawn_link(fun() -> forward(Next, 1000) end) end, Self, lists:seq(1, ?STAGES)),
    send(First, 0, 1, 1000),
    expect(0, 1000) * (?STAGES + 1);
run(select) ->
    Self = self(),
    [spawn_link(fun() -> send(Self, First, 4, ?COUNT) end) || First <- [0, 1, 2, 3]],
    collect(?COUNT, 0).

send(_To, Value, _Step, End) when Value >= End -> ok;
send(To, Value, Step, End) -> To ! Value, send(To, Value + Step, Step, End).

expect(End, End) -> End;
expect(Value, End) -> receive Got when is_integer(Got) -> Got = Value, expect(Value + 1, End) end.

echo() -> receive {From, Value} -> From ! Value, echo() end.

trips(_Echo, End, End) -> End;
trips(Echo, Value, End) -> Echo ! {self(), Value}, receive Value -> trips(Echo, Value + 1, End) end.

forward(_Next, 0) -> ok;
forward(Next, Left) -> receive Value -> Next ! Value, forward(Next, Left - 1) end.

collect(0, Sum) -> Sum = ?COUNT * (?COUNT - 1) div 2, ?COUNT;
collect(Left, Sum) -> receive Value when is_integer(Value) -> collect(Left - 1, Sum + Value) end.
