// Places at which a process ends itself as a power cut would: counted where the outside world sees a step, without a line in the product.
// A commit is one statement, a protocol step one write to a socket or one arrival of octets.
import { createRequire } from 'node:module';
import { Socket } from 'node:net';

/**
 * `commit`: before COMMIT is asked for. `committed`: it is durable, nobody knows yet. `send`, `sent`: before and after a write. `receive`: octets have
 * come. `dot`, `dotted`: before and after the dot that ends the data of a message at the ISP. `answered`: the answer to it has come.
 */
export const KILL_PLACES = ['commit', 'committed', 'send', 'sent', 'receive', 'dot', 'dotted', 'answered'] as const;
export type KillPlace = (typeof KILL_PLACES)[number];

export interface KillPoint {
  readonly place: KillPlace;
  /** 1: the first time from now on. */
  readonly nth: number;
}

let armed: { place: KillPlace; left: number } | undefined;

export function arm(point: KillPoint | undefined): void {
  armed = point && { place: point.place, left: point.nth };
}

function pass(place: KillPlace): void {
  if (armed?.place !== place) return;
  armed.left -= 1;
  if (armed.left <= 0) process.kill(process.pid, 'SIGKILL');
}

interface Statement {
  readonly sql?: string;
  run(values: unknown, done: (...args: unknown[]) => void): unknown;
}

/** Wraps sqlite3 and sockets. Call before anything opens a database. */
export function installKillPoints(): void {
  const sqlite3 = createRequire(import.meta.url)('sqlite3') as { readonly Statement: { readonly prototype: Statement } };
  const { prototype } = sqlite3.Statement;
  // oxlint-disable-next-line typescript/unbound-method -- called with the statement below
  const run = prototype.run;
  prototype.run = function (this: Statement, values, done) {
    if (this.sql !== 'COMMIT') return run.call(this, values, done);
    pass('commit');
    return run.call(this, values, function (this: unknown, ...args: unknown[]) {
      pass('committed');
      done.apply(this, args);
    });
  };

  // oxlint-disable-next-line typescript/unbound-method -- called with the socket below
  const { write, push } = Socket.prototype;
  /** Sockets on which the answer to a final dot is awaited. */
  const awaiting = new WeakSet<Socket>();
  Socket.prototype.write = function (this: Socket, ...args: unknown[]) {
    const isOutside = this.remotePort !== undefined;
    const isDot = isOutside && isOutgoing(this) && endsData(args[0]);
    if (isOutside) pass('send');
    if (isDot) pass('dot');
    const answer = (write as (...all: unknown[]) => boolean).apply(this, args);
    if (isOutside) pass('sent');
    if (isDot) {
      awaiting.add(this);
      pass('dotted');
    }
    return answer;
  } as typeof write;
  Socket.prototype.push = function (this: Socket, ...args: unknown[]) {
    if (this.remotePort !== undefined && args[0] !== null) {
      pass('receive');
      if (awaiting.delete(this)) pass('answered');
    }
    return (push as (...all: unknown[]) => boolean).apply(this, args);
  } as typeof push;
}

/** A connection that this process made. Those that it accepted have a server. */
function isOutgoing(socket: Socket): boolean {
  return (socket as unknown as { readonly server?: unknown }).server == null;
}

/** What the client's library writes behind the text, in a piece of its own. */
function endsData(written: unknown): boolean {
  return Buffer.isBuffer(written) && /^(?:\r?\n)?\.\r\n$/.test(written.toString('latin1'));
}
