/*
 * The link of packages/core/src/threads: publication (ring.ts), the backlog of a full ring (outgoing.ts), who wakes whom (wake.ts),
 * and the credits of a bounded channel (credit-outlet.ts, credit-inlet.ts). The capitals are the names of the steps in those files.
 *
 * One thread sends COUNT messages into a channel with CAPACITY slots; the other receives them. The ring has room for
 * ROOM records, which is less than both want at once. Bytes are not modelled: a record is its number, written before HEAD.
 * Each atomic instruction of the code is one step here; all else may be interleaved with it.
 *
 * Checked: every message arrives once and in order; never more than CAPACITY are accepted and not received; a slot of the
 * ring is never written before it was released nor read before it was published; and, since an invalid end state is an error,
 * nobody sleeps for ever while there is something to do.
 *
 * -DDEATH lets the sender die between any two steps: then what is published arrives, and the receiver ends.
 * -DNO_RECHECK, -DNO_LOOK_AGAIN, -DWAKE_FIRST and -DNO_LAST_LOOK leave out or misplace a step, which must be found.
 */
#define COUNT 5
#define CAPACITY 3
#define ROOM 2

#define AWAKE 0
#define PARKED 1

/* The ring from the sender to the receiver, and the other, which carries credits only: one number, since they add up. */
byte data[ROOM];
byte head = 0;          /* HEAD: published */
byte tail = 0;          /* TAIL: released */
bit waiting = 0;        /* WAITING: the writer wants to be woken */
byte granted = CAPACITY; /* what all GRANT records published so far add up to; so many are granted from the start */
byte wanted = 0;        /* how many WANT records are published */

byte idle[2] = PARKED;  /* the word of each thread; 0 is the sender, 1 the receiver */
chan ping0 = [16] of { bit };
chan ping1 = [16] of { bit };
bit dead = 0;
bit closed = 0;         /* the port has closed: after the last ping */

byte accepted = 0;
byte received = 0;

/* WAKE: load, then exchange; only the one who changes the word sends a ping. */
inline wake(who, ping) {
  if
  :: idle[who] == AWAKE -> skip
  :: else ->
     atomic { was = idle[who]; idle[who] = AWAKE };
     if
     :: was == PARKED -> ping!1
     :: else -> skip
     fi
  fi
}

/* Each step of the sender can be its last. */
#ifdef DEATH
#define MAYDIE if :: skip :: goto die fi
#else
#define MAYDIE skip
#endif

proctype Sender() {
  byte was;
  byte next = 0;        /* the next message to write into the ring */
  byte written = 0;     /* written to the ring, perhaps not published */
  byte seen = 0;        /* granted slots that were taken in */
  byte backlog = 0;     /* accepted, and waiting for room in the ring */
  byte t;
  bit asking = 0;

  do
  :: accepted == COUNT && backlog == 0 && written == head -> break
  :: else ->
     MAYDIE;
     /* Take in credits. */
     if
     :: granted > seen -> seen = granted; asking = 0
     :: else -> skip
     fi;
     /* Send: within the credits it is accepted and goes behind the backlog; else ask once. */
     if
     :: accepted < COUNT && accepted < seen -> accepted++; backlog++
     :: accepted < COUNT && accepted >= seen && !asking -> asking = 1; wanted++; wake(1, ping1)
     :: else -> skip
     fi;
     MAYDIE;
     /* FLUSH: move what fits into the ring. */
flush:
     t = tail;
     do
     :: backlog > 0 && written - t < ROOM ->
        assert(written - tail < ROOM);
        data[written % ROOM] = next;
        next++; written++; backlog--;
        MAYDIE
     :: else -> break
     od;
     /* PUBLISH, then look at the word of the receiver. */
     if
#ifdef WAKE_FIRST
     :: written != head -> wake(1, ping1); head = written
#else
     :: written != head -> head = written; MAYDIE; wake(1, ping1)
#endif
     :: else -> skip
     fi;
     /* WANT_ROOM, then look once more. */
     if
#ifdef NO_LOOK_AGAIN
     :: backlog > 0 && waiting == 0 -> waiting = 1
#else
     :: backlog > 0 && waiting == 0 -> waiting = 1; goto flush
#endif
     :: else -> skip
     fi;
     MAYDIE;
     /* Nothing to send, nor to ask for: then it goes back to its event loop. It is PARKED there if it was not woken, but only sent;
        else PARK, RECHECK: stops to look, unless something came in between. */
     if
     :: accepted == COUNT && backlog == 0 -> skip
     :: accepted < COUNT && (accepted < seen || !asking) -> skip
     :: accepted < COUNT && (accepted < seen || !asking) && backlog == 0 ->
        idle[0] = PARKED  /* it does something else, and goes on by itself */
     :: backlog > 0 || (accepted < COUNT && accepted >= seen && asking) ->
        if
        :: idle[0] == PARKED -> ping0?_
        :: else ->
           idle[0] = PARKED;
           if
#ifndef NO_RECHECK
           :: granted > seen || (backlog > 0 && written - tail < ROOM) -> idle[0] = AWAKE
#endif
           :: else -> ping0?_
           fi
        fi
     fi
  od;
  received == COUNT;    /* it waits for a reply, say */
  goto end;
die:
  dead = 1;
end:
  closed = 1;           /* the port closes after what was published */
}

proctype Receiver() {
  byte was;
  byte h;
  byte answered = 0;    /* how many WANT records were taken in */
  byte demand = 0;      /* questions that wait in the line of the channel */
  byte given = CAPACITY; /* granted in sum */
  bit news;
  bit last = 0;

  do
  :: true ->
     /* Take in what is published, and RELEASE it; to receive frees a slot. */
     h = head;
     do
     :: tail < h ->
        assert(data[tail % ROOM] == received);
        assert(accepted - received <= CAPACITY);
        received++;
        tail++;
        if
        :: waiting == 1 -> atomic { was = waiting; waiting = 0 }; if :: was == 1 -> wake(0, ping0) :: else -> skip fi
        :: else -> skip
        fi
     :: else -> break
     od;
     /* WANT, GRANT: a slot that is free goes to who asked. */
     if
     :: wanted > answered -> demand = demand + wanted - answered; answered = wanted
     :: else -> skip
     fi;
     if
     :: demand > 0 && given - received < CAPACITY ->
        given++; demand--;
        granted = given;
        wake(0, ping0)
     :: else -> skip
     fi;
     /* The port has closed: one more look at the ring, since what was published comes before. */
     if
     :: last -> break
     :: else -> skip
     fi;
     /* PARK, RECHECK */
     idle[1] = PARKED;
     if
     :: head != tail || wanted > answered || (demand > 0 && given - received < CAPACITY) -> idle[1] = AWAKE
     :: else ->
        if
        :: ping1?_
#ifdef NO_LAST_LOOK
        :: closed && empty(ping1) -> break
#else
        :: closed && empty(ping1) -> last = 1
#endif
        fi
     fi
  od;
  assert(received == head);
  assert(dead || received == COUNT)
}

init {
  atomic { run Sender(); run Receiver() }
}
