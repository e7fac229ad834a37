// waiting list|fetch|delete|leave: what they take. waitingArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { account, args, text } from './argumentSchemas.js';

const one = args({ account, message: text('As `waiting list` names it, or its unique id at the ISP.') }, ['account', 'message']);

export const WAITING_COMMANDS = [
  { command: 'waiting.list', title: 'Mail that stays at the ISPs: too large, or not handed over', reads: true, offline: true },
  {
    command: 'waiting.fetch',
    title: 'Collect a message that stays at the ISP, whatever its size, with the next Send/Receive',
    offline: true,
    positional: ['account', 'message'],
    arguments: one,
  },
  {
    command: 'waiting.delete',
    title: 'Delete a message at the ISP with the next Send/Receive: nobody gets it',
    offline: true,
    positional: ['account', 'message'],
    arguments: one,
  },
  {
    command: 'waiting.leave',
    title: 'Leave a message at the ISP, and report it no more',
    offline: true,
    positional: ['account', 'message'],
    arguments: one,
  },
] as const satisfies readonly CommandDeclaration[];
