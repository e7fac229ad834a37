// What plugins look at themselves: each names a command that answers results.
import { type CheckResult, type CommandCall, sentenceOf } from '@postroom/sdk';
import type { Accounts, CommandCatalogue, ContributedEntries } from '@postroom/sdk/services';
import { finding } from './findings.js';

/** An entry of the point `checks`. */
interface ContributedCheck {
  readonly command: string;
  /** What an answer about an account is about, before the account's id. */
  readonly about?: string;
  /** It goes to the ISPs. */
  readonly online?: boolean;
}

/** An answer as the doctor shows it, or one about an account. */
type Answer = CheckResult | (Omit<CheckResult, 'check'> & { readonly account: string });

interface Sources {
  readonly entries: Pick<ContributedEntries, 'of'>;
  readonly commands: Pick<CommandCatalogue, 'run'>;
  readonly accounts: Pick<Accounts, 'find'>;
}

/** In the order of activation. `online`: those that go to the ISPs, too. A check that fails has found something: its sentence. */
export async function contributedChecks(
  { entries, commands, accounts }: Sources,
  online: boolean,
  call: CommandCall,
): Promise<readonly CheckResult[]> {
  const found: CheckResult[] = [];
  for (const { value } of entries.of<ContributedCheck>('checks')) {
    if (value.online === true && !online) continue;
    try {
      const answers = (await commands.run(value.command, {}, call)) as readonly Answer[];
      // Of an account that is gone nothing is said any more.
      found.push(
        ...answers.filter((each) => 'check' in each || accounts.find(each.account) !== undefined).map((each) => resultOf(each, value)),
      );
    } catch (error) {
      found.push(finding('problem', value.command, sentenceOf(error)));
    }
  }
  return found;
}

function resultOf(answer: Answer, { command, about = command }: ContributedCheck): CheckResult {
  if ('check' in answer) return answer;
  const { state, text, actions } = answer;
  return { check: `${about} ${answer.account}`, state, text, ...(actions !== undefined && { actions }) };
}
