// std::sync::mpsc and threads: `channels-rust burst|bounded|ping-pong` prints operations and nanoseconds.
use std::sync::mpsc::{channel, sync_channel, Receiver};
use std::thread::spawn;
use std::time::Instant;

const COUNT: u64 = 1_000_000;
const TRIPS: u64 = 20_000;

fn burst() -> u64 {
    let (tx, rx) = channel();
    for value in 0..COUNT {
        tx.send(value).unwrap();
    }
    drop(tx);
    verified(rx, COUNT)
}

fn bounded() -> u64 {
    let (tx, rx) = sync_channel(64);
    let sender = spawn(move || (0..COUNT).for_each(|value| tx.send(value).unwrap()));
    let count = verified(rx, COUNT);
    sender.join().unwrap();
    count
}

fn ping_pong() -> u64 {
    let (there, here) = sync_channel(1);
    let (back, home) = sync_channel(1);
    let echo = spawn(move || here.iter().for_each(|value: u64| back.send(value).unwrap()));
    for value in 0..TRIPS {
        there.send(value).unwrap();
        assert_eq!(home.recv().unwrap(), value);
    }
    drop(there);
    echo.join().unwrap();
    TRIPS
}

fn verified(rx: Receiver<u64>, count: u64) -> u64 {
    for expected in 0..count {
        assert_eq!(rx.recv().unwrap(), expected);
    }
    count
}

fn main() {
    let task = match std::env::args().nth(1).as_deref() {
        Some("burst") => burst,
        Some("bounded") => bounded,
        Some("ping-pong") => ping_pong,
        other => panic!("no task {other:?}"),
    };
    let mut rounds: Vec<u128> = Vec::new();
    let mut operations = 0;
    for _ in 0..5 {
        let begin = Instant::now();
        operations = task();
        rounds.push(begin.elapsed().as_nanos());
    }
    rounds.sort();
    println!("{} {}", operations, rounds[2]);
}
