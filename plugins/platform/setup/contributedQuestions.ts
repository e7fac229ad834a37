// The questions that plugins contribute to `postroom setup`: each asked as its manifest says, and its answer read by the property's schema.

import { foldCase, splitAddress } from '@postroom/sdk';
import { didYouMean } from '@postroom/sdk/base';
import type { RunCommand } from '@postroom/sdk/services';
import { askUntil } from './checkedQuestions.js';
import type { Dialogue } from './dialogue.js';
import type { OfferedQuestion } from './offeredQuestions.js';
import { answerText, askValue } from './propertyQuestion.js';

type Values = Readonly<Record<string, unknown>>;

const LARGEST_PORT = 65_535;

/** `present`: what was answered before, or is set. Nothing where the question is skipped. */
export async function askContributed(
  dialogue: Dialogue,
  question: OfferedQuestion,
  { present, proposal, run }: { readonly present: Values; readonly proposal: string | undefined; readonly run: RunCommand },
): Promise<Values> {
  const { key, schema, portProperty, command, introduction, skipped, refusal } = question;
  if (introduction !== undefined) dialogue.say(`\n${introduction}`);
  const known = answerText(present[key]);
  const proposed = known === '' ? (proposal ?? answerText(schema.default)) : known;
  if (portProperty !== undefined) return askHost(dialogue, question, proposed, { key, portProperty, port: present[portProperty] });
  if (command !== undefined)
    return { [key]: await askByCommand(dialogue, question.question, proposed, (answer) => run(command, { answer })) };
  const value = await askValue(dialogue, {
    question: question.question,
    schema,
    proposal: proposed,
    refusal,
    empty: skipped === undefined ? 'answers' : 'skips',
  });
  if (value !== undefined) return { [key]: value };
  if (skipped !== undefined && skipped !== '') dialogue.say(skipped);
  return {};
}

/** Names of users, of those who are there. Nothing where the question is skipped. */
export async function askUserNames(dialogue: Dialogue, { key, question }: OfferedQuestion, names: readonly string[]): Promise<Values> {
  const answer = await askUntil(dialogue, question, undefined, (given) => namesProblem(given, names));
  const chosen = namesIn(answer, names);
  return chosen.length === 0 ? {} : { [key]: chosen };
}

/** The same question about an address, a user ...: `{domain}` is what stands for it. */
export function withWords<T extends OfferedQuestion>(question: T, words: Readonly<Record<string, string>>): T {
  return { ...question, question: filled(question.question, words) };
}

/** What is proposed for an account with that address, for each property of accounts that has a proposal. */
export function proposalsFor(address: string, questions: readonly OfferedQuestion[]): Readonly<Record<string, string>> {
  const words = { ...splitAddress(address) };
  return Object.fromEntries(
    questions.flatMap(({ key, scope, proposal }) =>
      scope === 'account' && proposal !== undefined ? [[key, filled(proposal, words)]] : [],
    ),
  );
}

function filled(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole);
}

async function askHost(
  dialogue: Dialogue,
  { question }: OfferedQuestion,
  proposed: string,
  { key, portProperty, port: former }: { readonly key: string; readonly portProperty: string; readonly port: unknown },
): Promise<Values> {
  const given = await askUntil(dialogue, question, typeof former === 'number' ? `${proposed}:${former}` : proposed, hostProblem);
  const [host = '', port] = given.split(':');
  return { [key]: host, ...(port !== undefined && { [portProperty]: Number(port) }) };
}

/** What a plugin's command says of an answer. */
interface ReadAnswer {
  readonly value?: unknown;
  readonly remark?: unknown;
  readonly problem?: unknown;
}

async function askByCommand(
  dialogue: Dialogue,
  question: string,
  proposal: string,
  read: (answer: string) => Promise<unknown>,
): Promise<unknown> {
  for (;;) {
    const { value, remark, problem } = ((await read(await dialogue.ask(question, proposal))) ?? {}) as ReadAnswer;
    const said = problem ?? remark;
    if (typeof said === 'string') dialogue.say(said);
    if (problem === undefined) return value;
  }
}

/** Of `host` or `host:port`. */
function hostProblem(answer: string): string | undefined {
  const port = /^[^\s:/@]+(?::(\d{1,5}))?$/.exec(answer);
  if (port !== null && Number(port[1] ?? 0) <= LARGEST_PORT) return undefined;
  return 'A host name as in pop.isp.example, with a port behind it where that is not the usual one: pop.isp.example:1110.';
}

function namesProblem(answer: string, names: readonly string[]): string | undefined {
  const unknown = namesIn(answer, names).find((each) => !names.some((name) => foldCase(name) === foldCase(each)));
  return unknown === undefined
    ? undefined
    : `There is no user ${unknown} yet: one or more of ${names.join(', ')}.${didYouMean(unknown, names)}`;
}

/** `greg, carolyn` or `greg carolyn`; a name may have spaces where it stands alone or between commas. */
function namesIn(answer: string, names: readonly string[]): readonly string[] {
  const isOne = answer.includes(',') || names.some((name) => foldCase(name) === foldCase(answer));
  const parts = answer.split(isOne ? ',' : /\s+/).map((each) => each.trim());
  return parts.filter((each) => each !== '');
}
