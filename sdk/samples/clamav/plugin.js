// Sends messages through clamd's INSTREAM command (clamd(8)): pieces with their length in front, an empty one at the end. While clamd does
// not answer, mail is held and tried again.
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onSort.tap('scan', async (plan, mail, { signal }) => {
      const answer = await scan(mail.raw(), context.settings.get('clamav.host'), context.settings.get('clamav.port'), signal);
      const virus = virusIn(answer);
      return virus === undefined ? plan : plan.tag('virus', virus).quarantine(`ClamAV found ${virus}`);
    }),
  );
}

/**
 * The virus that an answer names; `undefined` for a clean message. Throws what clamd complains about, such as its size limit.
 * @param {string} answer
 * @returns {string | undefined}
 */
export function virusIn(answer) {
  const line = answer.replace(/\0.*$/s, '').trim();
  if (line === 'stream: OK') return undefined;
  const found = /^stream: (.+) FOUND$/.exec(line);
  if (found === null) throw new Error(line === '' ? 'clamd ended the connection without an answer.' : `clamd answered: ${line}`);
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
  await once(socket, 'connect');
  const answer = text(socket);
  // Where sending fails it was clamd that hung up: its answer says why.
  await send(socket, octets).catch(() => undefined);
  return answer.finally(() => socket.destroy());
}

/**
 * @param {import('node:net').Socket} socket
 * @param {AsyncIterable<Uint8Array>} octets
 */
async function send(socket, octets) {
  socket.write('zINSTREAM\0');
  for await (const piece of octets) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(piece.length);
    socket.write(length);
    if (!socket.write(piece)) await once(socket, 'drain');
  }
  socket.write(Buffer.alloc(4));
}
