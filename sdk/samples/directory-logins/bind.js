// As much of LDAP as a login needs: a simple bind over TLS (RFC 4511 section 4.2).
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';

const PATIENCE_MS = 10_000;

/** Whether the directory lets `name` in with the password. Throws where it does not answer. */
export async function canBind({ host, port, authority }, name, password) {
  const ca = authority === '' ? undefined : await readFile(authority);
  const socket = connect({ host, port, servername: host, ...(ca && { ca }) });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('it took too long.')));
  try {
    await once(socket, 'secureConnect');
    const request = element(0x60, element(0x02, [3]), element(0x04, name), element(0x80, password));
    socket.write(element(0x30, element(0x02, [1]), request));
    const [answer] = await once(socket, 'data');
    // The answer's first enumerated value is the result code.
    const code = answer[answer.indexOf(Buffer.from([0x0a, 0x01])) + 2];
    if (code === 0 || code === 49) return code === 0;
    throw new Error(`it refuses with the result code ${code}.`);
  } finally {
    socket.destroy();
  }
}

/** Tag, length in two octets, content (BER). */
function element(tag, ...parts) {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 0xff]), content]);
}
