// Questions that are asked again until the answer can be one, before more is typed.
import { didYouMean } from '@postroom/sdk/base';
import type { Dialogue } from './dialogue.js';

/** Asks until nothing is wrong with the answer; `problemOf` says what is, in a sentence. */
export async function askUntil(
  dialogue: Dialogue,
  question: string,
  proposal: string | undefined,
  problemOf: (answer: string) => string | undefined,
): Promise<string> {
  for (;;) {
    const answer = await dialogue.ask(question, proposal);
    const problem = problemOf(answer);
    if (problem === undefined) return answer;
    dialogue.say(problem);
  }
}

/** In any case of letters; without a proposal the first is proposed. */
export async function askChoice(dialogue: Dialogue, question: string, choices: readonly string[], proposal = choices[0]): Promise<string> {
  const find = (given: string): string | undefined => choices.find((choice) => choice.toLowerCase() === given.toLowerCase());
  const answer = await askUntil(dialogue, question, proposal, (given) =>
    find(given) === undefined ? `One of ${choices.join(', ')}.${didYouMean(given, choices)}` : undefined,
  );
  return find(answer) ?? answer;
}
