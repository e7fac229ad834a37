// What a scripted ISP answers to logins: which ways it takes, and what it says to the others.
import { createHash, createHmac } from 'node:crypto';
import type { Script, ScriptedServer } from './scriptedServer.js';

export const CHALLENGE = '<1896.697170952@isp.example>';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export interface Logins {
  /** `plain`: the response behind AUTH; `steps`: asked for; `asks`: takes none behind AUTH and asks for it. Others as they are announced. */
  readonly takes: readonly ('plain' | 'steps' | 'asks' | 'login' | 'cram-md5' | 'apop' | 'user')[];
  /** Said to a way that is not taken, by its first words: `AUTH PLAIN`, `APOP`, `USER`, `PASS`; without CRLF. */
  readonly says?: Readonly<Record<string, string>>;
  /** Closes the connection behind the first refusal. */
  readonly hangsUp?: boolean;
}

/** A script that lets the server's user in by the ways that are taken. */
export function loginScript(isp: ScriptedServer, { takes, says = {}, hangsUp = false }: Logins): Script {
  let expected: ((response: string) => string) | undefined;
  const hungUp = new Set<unknown>();
  const result = (isGood: boolean): string => (isGood ? '+OK in\r\n' : '-ERR [AUTH] no\r\n');
  const plainResponse = (): string => base64(`\0${isp.user}\0${isp.password}`);
  const ask = (challenge: string, then: (response: string) => string): string => {
    expected = then;
    return `+ ${challenge}\r\n`;
  };
  const answer = (command: string): string | undefined => {
    if (expected !== undefined) {
      const then = expected;
      expected = undefined;
      return command === '*' ? '-ERR given up\r\n' : then(command);
    }
    const [word = '', second = '', third = ''] = command.split(' ');
    const way = word === 'AUTH' ? `AUTH ${second}` : word;
    const refusal = says[third === '' && word === 'AUTH' ? `${way} ` : way] ?? says[way];
    if (way === 'AUTH PLAIN' && third !== '' && takes.includes('plain')) return result(third === plainResponse());
    if (way === 'AUTH PLAIN' && (takes.includes('asks') || (third === '' && takes.includes('steps')))) {
      return ask('', (response) => result(response === plainResponse()));
    }
    if (way === 'AUTH LOGIN' && takes.includes('login')) {
      return ask(base64('Username:'), (user) =>
        ask(base64('Password:'), (password) => result(user === base64(isp.user) && password === base64(isp.password))),
      );
    }
    if (way === 'AUTH CRAM-MD5' && takes.includes('cram-md5')) {
      const digest = createHmac('md5', isp.password).update(CHALLENGE).digest('hex');
      return ask(base64(CHALLENGE), (response) => result(response === base64(`${isp.user} ${digest}`)));
    }
    if (way === 'APOP' && takes.includes('apop')) {
      const digest = createHash('md5').update(`${CHALLENGE}${isp.password}`).digest('hex');
      return result(second === isp.user && third === digest);
    }
    if (['USER', 'PASS'].includes(word) && takes.includes('user') && says[word] === undefined) return undefined;
    if (['AUTH', 'APOP', 'USER', 'PASS'].includes(word)) return refusal === undefined ? '-ERR Unknown command\r\n' : `${refusal}\r\n`;
    return undefined;
  };
  return (command, session) => {
    if (hungUp.has(session)) return 'cut';
    const said = answer(command);
    if (hangsUp && said?.startsWith('-ERR')) hungUp.add(session);
    return said;
  };
}
