// waiting list|fetch|delete|leave: what they take and answer. waitingArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, dateTime, integer, object, oneOf, string, strings } from './answerSchemas.js';
import { account, args, text } from './argumentSchemas.js';

const one = args({ account, message: text('As `waiting list` names it, or its unique id at the ISP.') }, ['account', 'message']);

const bytes = integer('Missing where the ISP does not say.');
const order = oneOf(['fetch', 'delete', 'leave'], 'What the next Send/Receive does with it.');
const waitingMessage = {
  account: string(),
  message: string('Its name here, for `waiting fetch`.'),
  since: dateTime(),
  from: string('Empty where the ISP does not show the header.'),
  subject: string(),
  why: oneOf(['too large', 'not handed over']),
  told: strings('Mailboxes that were told of it.'),
  uidl: string('Its unique id at the ISP.'),
};

export const WAITING_COMMANDS = [
  {
    command: 'waiting.list',
    title: 'Mail that stays at the ISPs: too large, or not handed over',
    reads: true,
    offline: true,
    result: arrayOf(object(waitingMessage, { bytes, order })),
  },
  {
    command: 'waiting.fetch',
    title: 'Collect a message that stays at the ISP, whatever its size, with the next Send/Receive',
    offline: true,
    positional: ['account', 'message'],
    arguments: one,
    result: object({ ...waitingMessage, order }, { bytes }),
  },
  {
    command: 'waiting.delete',
    title: 'Delete a message at the ISP with the next Send/Receive: nobody gets it',
    offline: true,
    positional: ['account', 'message'],
    arguments: one,
    result: object({ ...waitingMessage, order }, { bytes }),
  },
  {
    command: 'waiting.leave',
    title: 'Leave a message at the ISP, and report it no more',
    offline: true,
    positional: ['account', 'message'],
    arguments: one,
    result: object({ ...waitingMessage, order }, { bytes }),
  },
] as const satisfies readonly CommandDeclaration[];
