/*
 * A rendezvous between threads: packages/core/src/threads/rendezvous. The capitals are the names of the steps in those files.
 *
 * One thread makes ROUNDS sends; each offers its value and waits, perhaps until it is cancelled, or claims the credit, as
 * trySend does. The other receives, cancels receives, and serves some by a sender of its own. That records arrive, in order,
 * is the matter of ring.pml: here they go through channels of Promela.
 *
 * Checked: no value is received twice; one that was cancelled never is; one that was sent is received, or waits for the next
 * receive, and at most one does; nothing is stuck.
 *
 * -DDEATH lets the sender die between any two steps: then what it had offered is not received later, and its claim does not
 * keep the receive from others. -DBLIND_TAKE, -DNO_NUMBER, -DBLIND_REVOKE and -DNO_UNCLAIM each break a step.
 */
#define ROUNDS 4

#define FREE 0
#define GRANTED 1
#define CLAIMED 2
byte credit = FREE;       /* word 0 of the shared table */

#define IDLE 1
#define OFFERED 2
#define TAKEN_ 3
#ifdef NO_NUMBER
#define WORD(n, state) (state)
#else
#define WORD(n, state) ((n) * 4 + (state))
#endif
byte row = IDLE;          /* the word of the row of the sender */

mtype = { OFFER, WITHDRAWN, HANDED };
chan records = [8] of { mtype, byte };  /* to the receiver */
chan taken = [8] of { byte };           /* to the sender */
bit closed = 0;                         /* the port has closed: after the last record */
bit dead = 0;

bit sent[6];
bit cancelled[6];
bit got[6];
byte inHand = 0;          /* a value that was handed over to a receive which was cancelled in that moment */

#ifdef DEATH
#define MAYDIE if :: skip :: goto die fi
#else
#define MAYDIE skip
#endif

proctype Sender() {
  byte n = 0;
  byte m;
  bit ok;

  do
  :: n == ROUNDS -> break
  :: n < ROUNDS ->
     MAYDIE;
     n++;
     if
     :: /* send: offer, and wait */
        row = WORD(n, OFFERED);
        MAYDIE;
        records!OFFER(n);
        do
        :: taken?m ->
           if
           :: m == n -> sent[n] = 1; break
           :: else -> skip             /* of one that was known to be taken already */
           fi
        :: MAYDIE;
           /* WITHDRAW: decides whether a cancelled send was sent */
           atomic {
             ok = (row == WORD(n, OFFERED));
             if :: ok -> row = WORD(n, IDLE); cancelled[n] = 1; assert(!got[n]) :: else -> sent[n] = 1 fi
           };
           MAYDIE;
           if :: ok -> records!WITHDRAWN(n) :: else -> skip fi;
           break
        od
     :: /* trySend: CLAIM */
        atomic { ok = (credit == GRANTED); if :: ok -> credit = CLAIMED :: else -> skip fi };
        MAYDIE;
        if :: ok -> records!HANDED(n); sent[n] = 1 :: else -> cancelled[n] = 1 fi
     fi
  od;
  goto end;
die:
  dead = 1;
end:
  closed = 1
}

/* The value of n goes to whoever receives. */
inline receive(n) {
  assert(!got[n]);
  assert(!cancelled[n]);
  got[n] = 1
}

/* TAKE: the offer, if it was not withdrawn. */
inline take(n) {
  atomic {
#ifdef BLIND_TAKE
    ok = 1; row = WORD(n, TAKEN_);
#else
    ok = (row == WORD(n, OFFERED));
    if :: ok -> row = WORD(n, TAKEN_) :: else -> skip fi;
#endif
    if :: ok -> receive(n) :: else -> skip fi
  };
  if :: ok -> taken!n :: else -> skip fi
}

/* REVOKE: `ok` when the receive is free for somebody else. */
inline revoke() {
  atomic {
#ifdef BLIND_REVOKE
    ok = 1; credit = FREE; isGranted = 0
#else
    ok = (!isGranted || credit == GRANTED);
    if :: ok && isGranted -> credit = FREE; isGranted = 0 :: else -> skip fi
#endif
  }
}

/* GRANT: while a receive waits. */
inline grant() {
  atomic { if :: !isGranted && credit == FREE -> credit = GRANTED; isGranted = 1 :: else -> skip fi }
}

/* A receive that waits takes the offer. */
inline match() {
  if
  :: waiting && offered != 0 ->
     revoke();
     if
     :: ok -> take(offered); offered = 0; if :: ok -> waiting = 0 :: else -> grant() fi
     :: else -> skip
     fi
  :: else -> skip
  fi
}

proctype Receiver() {
  byte n;
  byte offered = 0;        /* the offer that waits */
  bit waiting = 0;        /* a receive waits */
  bit isGranted = 0;
  bit ok;

  do
  :: records?OFFER(n) -> offered = n; match()
  :: records?WITHDRAWN(n) -> if :: offered == n -> offered = 0 :: else -> skip fi
  :: records?HANDED(n) ->
     isGranted = 0;
     credit = FREE;
     if
     :: waiting -> receive(n); waiting = 0
     :: else -> assert(inHand == 0); inHand = n
     fi
  :: !waiting ->          /* a receive begins */
     if
     :: inHand != 0 -> receive(inHand); inHand = 0
     :: inHand == 0 && offered != 0 -> take(offered); offered = 0
     :: else -> waiting = 1; grant()
     fi
  :: waiting -> waiting = 0; revoke()                                       /* it is cancelled */
  :: waiting -> revoke(); if :: ok -> waiting = 0 :: else -> skip fi        /* a sender of this thread */
  :: closed && empty(records) -> break
  od;

  /* The other thread has ended: its offer is nobody's, and its claim is given up. */
  atomic { if :: offered != 0 && row == WORD(offered, OFFERED) -> row = WORD(offered, IDLE) :: else -> skip fi };
  offered = 0;
#ifndef NO_UNCLAIM
  atomic { if :: credit == CLAIMED -> credit = GRANTED :: else -> skip fi };
#endif
  revoke();
  assert(ok);             /* others can have the receive */
  if :: inHand != 0 -> receive(inHand) :: else -> skip fi;
  for (n : 1 .. ROUNDS) {
    assert(!sent[n] || got[n]);
    assert(dead || sent[n] != cancelled[n])
  }
}

init {
  atomic { run Sender(); run Receiver() }
}
