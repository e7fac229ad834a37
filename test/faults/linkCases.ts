// What an ISP and the line to it do wrong while mail is collected, as a list. Each case: the fault, and what it is called in the table.
import type { PracticeIsp, PracticeMessage } from '@postroom/sdk/testing';

export interface LinkCase {
  /** The row of the table; cases of one name share it. */
  readonly fault: string;
  /** What the table says where nothing was lost, doubled or stalled. */
  readonly held: string;
  /** `messages`: the three that wait. */
  readonly begin: (isp: PracticeIsp, messages: readonly PracticeMessage[]) => void;
  /** Undoes what `faults.clear()` does not. */
  readonly end?: (isp: PracticeIsp, messages: readonly PracticeMessage[]) => void;
}

const COMMANDS = ['CONNECT', 'CAPA', 'USER', 'PASS', 'AUTH', 'STAT', 'LIST', 'UIDL', 'RETR', 'DELE', 'QUIT'];
const SIXTEENTHS = Array.from({ length: 16 }, (_, n) => n);

const cuts: readonly LinkCase[] = COMMANDS.flatMap((command) =>
  (['received', 'done', 'answered'] as const).flatMap((when) =>
    (['cut', 'reset'] as const).map((how) => ({
      fault: `line ${how} at a command`,
      held: 'the next round goes on where this one ended',
      begin: (isp) => isp.faults.pop3.break(how, { command, when }),
    })),
  ),
);

const octetCuts: readonly LinkCase[] = [1, 2, 3].flatMap((message) => [
  ...SIXTEENTHS.map((part) => ({
    fault: 'line cut inside RETR, at every sixteenth',
    held: 'the part is thrown away, nothing deleted, and the message read again',
    begin: (isp: PracticeIsp, messages: readonly PracticeMessage[]) => {
      const octets = Math.floor(((messages[message - 1]?.octets.length ?? 0) * part) / 16);
      isp.faults.pop3.cut({ command: 'RETR', message, when: 'octets', octets });
    },
  })),
  {
    fault: 'line cut before the final dot of RETR',
    held: 'not taken for whole: read again',
    begin: (isp: PracticeIsp) => isp.faults.pop3.cut({ command: 'RETR', message, when: 'dot' }),
  },
  {
    fault: 'line cut after the final dot of RETR',
    held: 'stored: deleted in the next round without reading it again',
    begin: (isp: PracticeIsp) => isp.faults.pop3.cut({ command: 'RETR', message, when: 'answered' }),
  },
]);

const stalls: readonly LinkCase[] = [
  ...COMMANDS.map((command) => ({
    fault: 'silence after a command',
    held: 'given up in time; the other account had its mail in the same round',
    begin: (isp: PracticeIsp) => isp.faults.pop3.stall({ command, when: 'received' }),
  })),
  {
    fault: 'silence inside RETR',
    held: 'given up in time, the part thrown away; the other account had its mail',
    begin: (isp) => isp.faults.pop3.stall({ command: 'RETR', message: 2, when: 'octets', octets: 40 }),
  },
];

const refusals: readonly LinkCase[] = [
  {
    fault: '-ERR to one RETR',
    held: 'the others are collected, this one in the next round',
    begin: (isp) => isp.faults.pop3.answer('RETR', '-ERR damaged', { message: 2 }),
  },
  {
    fault: '-ERR to every RETR',
    held: 'nothing deleted; collected in the next round',
    begin: (isp) => isp.faults.pop3.answer('RETR', '-ERR damaged'),
  },
  {
    fault: '-ERR to one DELE',
    held: 'not read again; deleted in the next round',
    begin: (isp) => isp.faults.pop3.answer('DELE', '-ERR no', { message: 1 }),
  },
  {
    fault: '-ERR to every DELE',
    held: 'not read again; deleted in the next round',
    begin: (isp) => isp.faults.pop3.answer('DELE', '-ERR no'),
  },
  {
    fault: '-ERR to QUIT',
    held: 'nothing counts as deleted; not read again',
    begin: (isp) => isp.faults.pop3.answer('QUIT', '-ERR some messages not deleted'),
  },
  ...['STAT', 'LIST', 'UIDL'].map((command) => ({
    fault: '-ERR to STAT, LIST or UIDL',
    held: 'collected without it, or in the next round',
    begin: (isp: PracticeIsp) => isp.faults.pop3.answer(command, '-ERR not now'),
  })),
  {
    fault: 'no POP3 greeting',
    held: 'no password was sent; collected in the next round',
    begin: (isp) => isp.faults.pop3.answer('CONNECT', 'HTTP/1.1 302 Found'),
  },
  {
    fault: '-ERR greeting',
    held: 'collected after a pause',
    begin: (isp) => isp.faults.pop3.answer('CONNECT', '-ERR too many connections'),
  },
  ...(['IN-USE', 'LOGIN-DELAY', 'SYS/TEMP', 'SYS/PERM', 'AUTH'] as const).map((code) => ({
    fault: `login refused with [${code}]`,
    held: 'collected when somebody asks, or after a pause',
    begin: (isp: PracticeIsp) => isp.faults.pop3.refuseLogin(code),
  })),
];

const listings: readonly LinkCase[] = [
  {
    fault: 'one UIDL twice in a listing',
    held: 'both are collected, told apart by their octets',
    begin: (_isp, [first, second]) => {
      if (first !== undefined && second !== undefined) second.uidl = first.uidl;
    },
  },
  {
    fault: 'a listing of UIDLs with gaps',
    held: 'all are collected',
    begin: (isp, [first]) => isp.faults.pop3.answer('UIDL', `+OK\r\n1 ${first?.uidl}\r\n.`),
  },
  {
    fault: 'a listing of UIDLs with rubbish',
    held: 'what is there is collected',
    begin: (isp, [first]) => isp.faults.pop3.answer('UIDL', `+OK\r\nx y z\r\n-1 a\r\n1 ${first?.uidl}\r\n99 z\r\n.`),
  },
  { fault: 'an empty LIST beside a full UIDL', held: 'all are collected', begin: (isp) => isp.faults.pop3.answer('LIST', '+OK\r\n.') },
  ...[0, 1, 2 ** 40, -7].map((size) => ({
    fault: 'wrong sizes in LIST',
    held: 'whole messages; one listed beyond the limit stays at the ISP, and is told',
    begin: (_isp: PracticeIsp, messages: readonly PracticeMessage[]) => {
      for (const message of messages) message.listedSize = size;
    },
    end: (_isp: PracticeIsp, messages: readonly PracticeMessage[]) => {
      for (const message of messages) message.listedSize = message.octets.length;
    },
  })),
  {
    fault: 'all UIDLs change between two rounds',
    held: 'known by their octets, none came twice',
    begin: (isp) => isp.faults.pop3.answer('QUIT', '-ERR some messages not deleted', { times: 1 }),
    end: (_isp, messages) => {
      for (const message of messages) message.uidl = `new-${message.uidl}`;
    },
  },
];

const lacks: readonly LinkCase[] = [
  ...(['CAPA', 'UIDL', 'TOP', 'PIPELINING', 'SASL', 'RESP-CODES'] as const).map((capability) => ({
    fault: 'no CAPA, UIDL, TOP, PIPELINING, SASL or RESP-CODES',
    held: 'collected another way',
    begin: (isp: PracticeIsp) => void isp.faults.pop3.without.add(capability),
  })),
  {
    fault: 'neither UIDL nor TOP',
    held: 'collected, and known by what was read',
    begin: (isp) => {
      isp.faults.pop3.without.add('UIDL');
      isp.faults.pop3.without.add('TOP');
    },
  },
  ...(['dele', 'retr', 'never'] as const).map((deletion) => ({
    fault: { dele: 'deletes at DELE', retr: 'deletes at RETR', never: 'ignores DELE' }[deletion],
    held: 'each message once',
    begin: (isp: PracticeIsp) => {
      isp.faults.pop3.deletion = deletion;
    },
  })),
  ...(['dele', 'retr'] as const).map((deletion) => ({
    fault: 'deletes early, and the line is cut before QUIT',
    held: 'each message once',
    begin: (isp: PracticeIsp) => {
      isp.faults.pop3.deletion = deletion;
      isp.faults.pop3.cut({ command: 'QUIT', when: 'received' });
    },
  })),
];

export const POP3_CASES: readonly LinkCase[] = [...cuts, ...octetCuts, ...stalls, ...refusals, ...listings, ...lacks];
