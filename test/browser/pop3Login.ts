// A mail program, as far as its login goes.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** Logs in, asks how much there is, takes the messages of the given numbers, and leaves. Rejects where the server says no. */
export async function pop3Login(port: number, user: string, password: string, messages: readonly number[] = []): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  try {
    for (const command of [undefined, `USER ${user}`, `PASS ${password}`, 'STAT', ...messages.map((number) => `RETR ${number}`), 'QUIT']) {
      if (command !== undefined) socket.write(`${command}\r\n`);
      const { value } = (await lines.next()) as { value?: string };
      if (value?.startsWith('+OK') !== true) throw new Error(`${command?.split(' ')[0] ?? 'The greeting'}: ${value ?? 'no answer'}`);
      if (command?.startsWith('RETR') === true) while (((await lines.next()) as { value?: string }).value !== '.');
    }
  } finally {
    socket.destroy();
  }
}
