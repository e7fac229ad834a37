// Tells ADMIN1 that mail waits for plugins that do not run, and the two ways out for each.
import { composeNotice } from './notice.js';

export interface BlockedNotice {
  /** This server's host name. */
  readonly host: string;
  /** Its name among several servers on the store, of which another one may have the plugins. */
  readonly node?: string;
  readonly plugins: readonly {
    /** `publisher.name` */
    readonly id: string;
    readonly name: string;
    /** Sentences. */
    readonly why: string;
    /** Mail cannot go without it. */
    readonly isNeeded: boolean;
    /** `lapsed`: it waits for the administrator's agreement to another version. */
    readonly how: string;
  }[];
  readonly now: Date;
}

/** The notice in CRLF form. */
export function composeBlockedNotice({ host, node, plugins, now }: BlockedNotice): Uint8Array {
  const names = plugins.map(({ name }) => plain(name)).join(', ');
  const [it, runs] = plugins.length === 1 ? ['it', 'runs'] : ['they', 'run'];
  const lines = [
    `${node === undefined ? 'Mail is held and reaches nobody' : `The server ${node} holds mail`}: ${names} must look at it and ${plugins.length === 1 ? 'does' : 'do'} not run${node === undefined ? '' : ' there'}${plugins.some(({ how }) => how === 'lapsed' || how === 'behind') ? ' as before' : ''}.`,
    '',
    ...plugins.flatMap(({ id, why }) => [`${id}: ${plain(why)}`, '']),
    `Nothing is lost. What comes in is stored, and it is sorted as soon as ${it} ${runs} again.`,
    ...(node === undefined
      ? []
      : [`Until then another server on the store sorts it within a minute or two, if ${it} ${runs} on that one.`]),
    '',
    `What to do: in the manager${node === undefined ? '' : ' of that server'}, under Doctor; or with one of these commands${node === undefined ? '' : ' on it'}:`,
    '',
    ...plugins.flatMap(({ id, isNeeded, how }) => [
      `    postroom plugins enable ${id}     ${how === 'lapsed' ? 'agrees to that version' : 'tries again, when the cause is mended'}`,
      ...(isNeeded ? [] : [`    postroom plugins disable ${id}    delivers without it, what is held now included`]),
      '',
    ]),
    `You get no other mail about this until it is over${node === undefined ? '' : ' on all servers'} and happens again.`,
  ];
  const subject = `Mail is held${node === undefined ? '' : ` on the server ${node}`}: ${names}`;
  return composeNotice({ host, to: `admin1@${host}`, subject, lines, now });
}

function plain(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}
