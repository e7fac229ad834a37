// status, send-receive, schedule, service start|stop: what they take and answer. serviceArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { anyOf, arrayOf, dateTime, integer, number, object, oneOf, string, strings } from './answerSchemas.js';
import { args, texts, whole } from './argumentSchemas.js';

const roundSummary = object({
  startedAt: dateTime(),
  endedAt: dateTime(),
  rounds: arrayOf(
    object({
      account: string(),
      fetched: integer('Messages that were read.'),
      stored: integer(),
      duplicates: integer(),
      failed: strings('Why, a sentence each.'),
    }),
    'By account.',
  ),
  sent: integer('Recipients.'),
  deferred: integer(),
  bounced: integer(),
});
const plannedRound = { at: dateTime(), accounts: anyOf(oneOf(['all']), strings()), because: string('In words: `every 5 minutes`.') };
const figures = object(
  {
    upSeconds: integer(),
    accepted: integer('Messages taken in since the start.'),
    acceptedPerSecond: number('On average over the last minute.'),
    pickedUp: integer(),
    pickedUpPerSecond: number(),
    commits: integer(),
    commitMsP50: number('Over the last 1,000 commits.'),
    commitMsP99: number(),
    outboxOldestSeconds: integer('0 for an empty queue.'),
    inboxOldestSeconds: integer(),
    eventLoopDelayMsP50: number('How late the event loop comes to what is due, over the last minutes.'),
    eventLoopDelayMsP99: number(),
    eventLoopDelayMsMax: number(),
    memoryMB: number(),
    heapMB: number(),
  },
  {},
  'Counts run since the start. Missing where the plugin that keeps them is not active.',
);

export const SERVICE_COMMANDS = [
  {
    command: 'status',
    title: 'What the server does now',
    reads: true,
    result: object(
      {
        service: string('`running`, or why not.'),
        edition: string(),
        ports: arrayOf(
          object({
            protocol: string(),
            host: string(),
            port: integer(),
            security: oneOf(['plain', 'starttls', 'tls']),
            state: string('`open`, or why not.'),
          }),
        ),
        accounts: integer(),
        inbox: object({ messages: integer() }, { oldest: dateTime() }),
        outbox: object({ messages: integer(), recipients: integer() }, { oldest: dateTime() }),
        held: integer('Messages that are set aside.'),
        waitsFor: arrayOf(object({ plugin: string(), name: string(), why: string() }), 'Plugins that mail is held for.'),
        problems: strings('A sentence each.'),
      },
      {
        reason: string('Without a licence: why, a sentence.'),
        remedy: string('Without a licence: what mends it, a sentence.'),
        lastRound: roundSummary,
        figures,
        nextRound: object({ ...plannedRound, reason: oneOf(['timer', 'outbox']) }),
        unconfirmed: object(
          { keys: strings(), until: dateTime(), consequences: strings('What others notice, a sentence each.') },
          {},
          'Settings that go back to what they were, unless they are confirmed.',
        ),
      },
    ),
  },
  {
    command: 'send-receive',
    title: 'Send and receive now',
    arguments: args({ accounts: texts('Only these accounts; without any, all.') }),
    positional: ['accounts'],
    result: roundSummary,
  },
  {
    command: 'schedule',
    title: 'The next connections to the ISP, and why then',
    reads: true,
    offline: true,
    arguments: args({ count: whole('How many.', 10) }),
    result: arrayOf(object(plannedRound)),
  },
  { command: 'service.start', title: 'Open the mail ports and fetch by the timer', result: object({ service: oneOf(['on', 'off']) }) },
  {
    command: 'service.stop',
    title: 'Close the mail ports and stop fetching; stored mail stays',
    result: object({ service: oneOf(['on', 'off']) }),
  },
] as const satisfies readonly CommandDeclaration[];
