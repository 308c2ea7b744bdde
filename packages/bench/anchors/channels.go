// Goroutines and channels: `channels-go burst|bounded|senders|ping-pong|pipeline|select [capacity]` prints operations and
// nanoseconds.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"time"
)

const count = 1_000_000
const stages = 1000

var capacity = 64

func send(ch chan<- int, first, step int) {
	for value := first; value < count; value += step {
		ch <- value
	}
}

func expect(value, expected int) {
	if value != expected {
		panic(fmt.Sprint("received ", value, " instead of ", expected))
	}
}

func burst() int {
	ch := make(chan int, count)
	send(ch, 0, 1)
	for i := 0; i < count; i++ {
		expect(<-ch, i)
	}
	return count
}

func bounded() int {
	ch := make(chan int, capacity)
	go send(ch, 0, 1)
	for i := 0; i < count; i++ {
		expect(<-ch, i)
	}
	return count
}

func senders() int {
	ch := make(chan int, capacity)
	for s := 0; s < 8; s++ {
		go send(ch, s, 8)
	}
	var next [8]int
	for i := 0; i < count; i++ {
		value := <-ch
		expect(value>>3, next[value&7])
		next[value&7]++
	}
	return count
}

func pingPong() int {
	there, back := make(chan int, 1), make(chan int, 1)
	go func() {
		for value := range there {
			back <- value
		}
	}()
	for i := 0; i < count/2; i++ {
		there <- i
		expect(<-back, i)
	}
	close(there)
	return count / 2
}

func pipeline() int {
	first := make(chan int, capacity)
	input := first
	for s := 0; s < stages; s++ {
		output := make(chan int, capacity)
		go func(from, to chan int) {
			for i := 0; i < 1000; i++ {
				to <- <-from
			}
		}(input, output)
		input = output
	}
	go func() {
		for i := 0; i < 1000; i++ {
			first <- i
		}
	}()
	for i := 0; i < 1000; i++ {
		expect(<-input, i)
	}
	return 1000 * (stages + 1)
}

func selectOfFour() int {
	var arms [4]chan int
	for s := range arms {
		arms[s] = make(chan int, capacity)
		go send(arms[s], s, 4)
	}
	var next [4]int
	for i := 0; i < count; i++ {
		var value int
		select {
		case value = <-arms[0]:
		case value = <-arms[1]:
		case value = <-arms[2]:
		case value = <-arms[3]:
		}
		expect(value>>2, next[value&3])
		next[value&3]++
	}
	return count
}

func main() {
	tasks := map[string]func() int{"burst": burst, "bounded": bounded, "senders": senders,
		"ping-pong": pingPong, "pipeline": pipeline, "select": selectOfFour}
	if len(os.Args) > 2 {
		capacity, _ = strconv.Atoi(os.Args[2])
	}
	var rounds []int64
	operations := 0
	for i := 0; i < 5; i++ {
		begin := time.Now()
		operations = tasks[os.Args[1]]()
		rounds = append(rounds, time.Since(begin).Nanoseconds())
	}
	sort.Slice(rounds, func(a, b int) bool { return rounds[a] < rounds[b] })
	fmt.Println(operations, rounds[2])
}
