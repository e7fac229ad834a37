// What --help says of a command's answer.
import { expect } from 'chai';
import { answerLine } from '#plugins/platform/cli/dist/answerLine.js';

const ROW = { type: 'object', required: ['id'], properties: { id: { type: 'string' }, note: { type: 'string' } } };

describe('the line of --help about an answer', () => {
  const cases: readonly (readonly [string, object | undefined, string])[] = [
    ['names the members of an object, those that may be missing in brackets', ROW, 'an object with id, [note]'],
    ['names the members of the rows of a list', { type: 'array', items: ROW }, 'a list of objects with id, [note]'],
    ['says of other lists that they are lists', { type: 'array', items: { type: 'string' } }, 'a list'],
    ['says what a plain value is', { type: 'string' }, 'a text'],
    [
      'names each of several answers, once',
      { anyOf: [ROW, { type: 'string' }, { type: 'string' }] },
      'an object with id, [note]; or a text',
    ],
    [
      'names each of several rows',
      { type: 'array', items: { anyOf: [ROW, { type: 'object', required: ['at'], properties: { at: {} } }] } },
      'a list of objects with id, [note]; or a list of objects with at',
    ],
    ['says nothing where the answer may be anything', { description: 'The value.' }, ''],
    ['says nothing where no answer is declared', undefined, ''],
  ];
  for (const [title, result, line] of cases) {
    it(title, () => expect(answerLine(result as Readonly<Record<string, unknown>>)).to.equal(line === '' ? '' : `\nWith --json: ${line}`));
  }
});
