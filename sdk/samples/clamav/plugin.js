// Sends messages through clamd's INSTREAM command (clamd(8)): pieces with their length in front, an empty one at the end. Where clamd gives no
// clear answer, the message is held and tried again in the next round.
import { once } from 'node:events';
import { connect } from 'node:net';

/** An answer is one short line. */
const LONGEST_ANSWER = 4096;
/** What the system says where the other side takes no more. */
const HUNG_UP = new Set(['EPIPE', 'ECONNRESET']);

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onSort.tap('scan', async (plan, mail, { signal }) => {
      const [host, port] = [context.settings.get('clamav.host'), context.settings.get('clamav.port')];
      // Less than the tap's own limit: a clamd that hangs is no failure of this plugin.
      const seconds = context.settings.get('clamav.timeoutSeconds');
      /** @type {string | undefined} */
      let virus;
      try {
        virus = virusIn(await within(seconds, signal, (limit) => scan(mail.raw(), host, port, limit)));
      } catch (error) {
        // Held by the plan and not by a throw: three throws would switch the plugin off.
        return plan.hold(`not scanned, clamd at ${host}:${port}: ${reasonOf(error)}`);
      }
      return virus === undefined ? plan : plan.tag('virus', virus).quarantine(`ClamAV found ${virus}`);
    }),
  );
}

/**
 * The virus that an answer names; `undefined` for a clean message. Throws for every other answer, such as that the message is beyond clamd's limit.
 * @param {string} answer
 * @returns {string | undefined}
 */
export function virusIn(answer) {
  const line = answer.replace(/\0$/, '').trim();
  if (line === 'stream: OK') return undefined;
  const found = /^stream: ([ -~]+) FOUND$/.exec(line);
  if (found === null) throw new Error(line === '' ? 'it ended the connection without an answer' : `it answered: ${line.slice(0, 200)}`);
  return found[1];
}

/**
 * @param {AsyncIterable<Uint8Array>} octets
 * @param {string} host
 * @param {number} port
 * @param {AbortSignal} signal
 */
async function scan(octets, host, port, signal) {
  const socket = connect({ host, port, signal });
  try {
    await once(socket, 'connect');
    const answer = answerOf(socket);
    answer.catch(() => undefined);
    // Where sending fails it was clamd that hung up: its answer says why, if that came through before.
    await send(socket, octets, signal).catch(() => undefined);
    return await answer.catch((error) => {
      throw HUNG_UP.has(error.code) ? new Error('it hung up while the message was sent; is that larger than its StreamMaxLength?') : error;
    });
  } finally {
    socket.destroy();
  }
}

/** @param {import('node:net').Socket} socket */
async function answerOf(socket) {
  let answer = '';
  for await (const octets of socket) {
    answer += octets.toString('latin1');
    if (answer.length > LONGEST_ANSWER) throw new Error('it answers without end');
  }
  return answer;
}

/**
 * @param {import('node:net').Socket} socket
 * @param {AsyncIterable<Uint8Array>} octets
 * @param {AbortSignal} signal
 */
async function send(socket, octets, signal) {
  socket.write('zINSTREAM\0');
  for await (const piece of octets) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(piece.length);
    socket.write(length);
    if (!socket.write(piece)) await once(socket, 'drain', { signal });
  }
  socket.write(Buffer.alloc(4));
}

/**
 * @template T
 * @param {number} seconds
 * @param {AbortSignal} signal
 * @param {(limit: AbortSignal) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function within(seconds, signal, work) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${seconds} seconds`)), seconds * 1000);
  const stop = () => limit.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  // "The operation was aborted" alone says nothing.
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
