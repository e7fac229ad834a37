// Finds what a test suite left open: sockets, servers, timers, child processes, listeners on `process`.
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';

/** Closing takes some turns of the event loop: after so many looks it should be over. Not by the clock: the machine may stand still meanwhile. */
const LOOKS = 150;
const LOOK_EVERY_MS = 10;

/** What the resource types of process.getActiveResourcesInfo() are called for people. Others come and go by themselves and don't count. */
const RESOURCES: Readonly<Record<string, string>> = {
  TCPServerWrap: 'listening server',
  TCPSocketWrap: 'socket',
  TLSWrap: 'TLS socket',
  UDPWrap: 'UDP socket',
  PipeServerWrap: 'listening pipe',
  ProcessWrap: 'child process',
  MessagePort: 'worker or message port',
  Timeout: 'timer',
  FSEvent: 'file watcher',
  StatWatcher: 'file watcher',
};

export interface LeakCheck {
  /** Before the suite. Remembers what is open: after a turn of the event loop, when the runner has armed the time limit of its hook. */
  begin(): Promise<void>;
  /** After the suite. Waits 1.5 s and a little for things to close; answers a sentence for each kind that is still open, none where all is well. */
  end(): Promise<readonly string[]>;
}

/**
 * A leak check for any test runner. With mocha, in a suite or as a root hook:
 * ```
 * const leaks = leakCheck();
 * before(() => leaks.begin());
 * after(async () => expect(await leaks.end()).to.deep.equal([]));
 * ```
 */
export function leakCheck(): LeakCheck {
  let before = new Map<string, number>();
  return {
    begin: async () => {
      await turn();
      before = openThings();
    },
    end: async () => {
      await turn();
      let leaked = grown(before, openThings());
      for (let looks = 0; leaked.length > 0 && looks < LOOKS; looks += 1) {
        await wait(LOOK_EVERY_MS);
        // In this turn the timer above still counts.
        await turn();
        leaked = grown(before, openThings());
      }
      return leaked;
    },
  };
}

function openThings(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) {
    const name = RESOURCES[type];
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const event of process.eventNames()) counts.set(`listener for process event '${String(event)}'`, process.listenerCount(event));
  return counts;
}

function grown(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly string[] {
  return [...after].flatMap(([name, count]) => {
    const more = count - (before.get(name) ?? 0);
    return more > 0 ? [`Left behind: ${more} × ${name} that was not open before.`] : [];
  });
}
