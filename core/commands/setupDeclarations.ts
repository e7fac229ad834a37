// config questions: what it takes and answers. setupArea.ts has its handler.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, boolean, jsonSchema, object, oneOf, string, strings } from './answerSchemas.js';
import { args } from './argumentSchemas.js';

export const SETUP_COMMANDS = [
  {
    command: 'config.questions',
    title: 'What "postroom setup" asks and tests, as the enabled plugins contribute it',
    reads: true,
    offline: true,
    arguments: args({}),
    result: object(
      {
        questions: arrayOf(
          object(
            { key: string('The property.'), scope: oneOf(['server', 'account', 'user']), schema: jsonSchema, question: string() },
            {
              introduction: string('Said before the question.'),
              proposal: string('Proposed where nothing is set.'),
              skipped: string('Said where nothing is answered and the property stays as it is.'),
              refusal: string('Said where an answer does not fit.'),
              portProperty: string('Property that a port behind the host goes into.'),
              command: string('Reads the answer.'),
            },
          ),
        ),
        collectors: arrayOf(
          object(
            { via: string(), title: string(), properties: strings('Properties of accounts.') },
            { isDefault: boolean(), loginProperty: string() },
          ),
          'Ways to collect mail, the default first.',
        ),
        loginTests: arrayOf(
          object({ name: string(), command: string() }, { via: string('Only for accounts that are collected this way.') }),
        ),
        editions: strings('Ids of the installed editions, the smallest first.'),
      },
      { cc: string('The property of a user that `--cc` of `users add` sets.') },
    ),
  },
] as const satisfies readonly CommandDeclaration[];
