// status, metrics, send-receive, schedule, service start|stop: what they take. serviceArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { args, texts, whole } from './argumentSchemas.js';

export const SERVICE_COMMANDS = [
  { command: 'status', title: 'What the server does now', reads: true },
  { command: 'metrics', title: 'How busy the server is, as Prometheus reads it', reads: true },
  {
    command: 'send-receive',
    title: 'Send and receive now',
    arguments: args({ accounts: texts('Only these accounts; without any, all.') }),
    positional: ['accounts'],
  },
  {
    command: 'schedule',
    title: 'The next connections to the ISP, and why then',
    reads: true,
    offline: true,
    arguments: args({ count: whole('How many.', 10) }),
  },
  { command: 'service.start', title: 'Open the mail ports and fetch by the timer' },
  { command: 'service.stop', title: 'Close the mail ports and stop fetching; stored mail stays' },
] as const satisfies readonly CommandDeclaration[];
