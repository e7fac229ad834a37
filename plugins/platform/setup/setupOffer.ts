// What the server that is set up has to offer: kinds of account, ways to collect, questions, login tests; all of it contributed by its enabled plugins.
import { type CollectorDeclaration, PostroomError } from '@postroom/sdk';
import type { RunCommand } from '@postroom/sdk/services';
import { foreignCollectors, type OfferedKind } from '@postroom/sdk/settings';
import { askChoice } from './checkedQuestions.js';
import type { Dialogue } from './dialogue.js';
import type { OfferedQuestion } from './offeredQuestions.js';
import { listed } from './propertyQuestion.js';
import type { SetupContributions } from './setupContributions.js';
import type { OfferedKinds } from './setupKinds.js';

export interface SetupOffer extends SetupContributions {
  readonly kinds: OfferedKinds;
}

/** Throws `settings/invalid` where no enabled plugin knows any kind of account. */
export async function offerIn(run: RunCommand): Promise<SetupOffer> {
  const [first, ...others] = (await run('accounts.kinds', {})) as readonly OfferedKind[];
  const contributions = (await run('config.questions', {})) as SetupContributions;
  if (first !== undefined) return { ...contributions, kinds: [first, ...others] };
  const [edition] = contributions.editions;
  const way = edition === undefined ? '' : ` An edition brings them along: postroom plugins enable ${edition}`;
  throw new PostroomError('settings/invalid', `No enabled plugin knows any kind of account.${way}`);
}

/** No question where there is one way only. */
export async function askVia(
  dialogue: Dialogue,
  collectors: readonly CollectorDeclaration[],
  proposal: string | undefined,
): Promise<string> {
  const ways = collectors.map(({ via }) => via);
  if (ways.length < 2) return ways[0] ?? '';
  for (const { via, title } of collectors) dialogue.say(`  ${via}: ${title}`);
  return askChoice(dialogue, `Collected by: ${listed(ways)}`, ways, ways.includes(proposal ?? '') ? proposal : undefined);
}

/** The questions about an account that is collected by `via`. */
export function accountQuestions({ questions, collectors }: SetupOffer, via: string): readonly OfferedQuestion[] {
  return questions.filter(({ scope, key }) => scope === 'account' && foreignCollectors(key, via, collectors).length === 0);
}
