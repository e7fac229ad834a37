// What plugins look at themselves: each names a command that answers results.
import { type CheckResult, type CommandCall, sentenceOf } from '@postroom/sdk';
import { contributedCommand } from '@postroom/sdk/base';
import type { Accounts, CommandCatalogue, ContributedEntries, PluginAdministration } from '@postroom/sdk/services';
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
  readonly commands: Pick<CommandCatalogue, 'run' | 'declarations'>;
  readonly accounts: Pick<Accounts, 'find'>;
  readonly plugins: Pick<PluginAdministration, 'plugins'>;
}

const STATES: readonly unknown[] = ['well', 'warning', 'problem'];

/** In the order of activation. `online`: those that go to the ISPs, too. A check that fails, or answers something else, has found something: its sentence. */
export async function contributedChecks(sources: Sources, online: boolean, call: CommandCall): Promise<readonly CheckResult[]> {
  const { entries, commands, accounts } = sources;
  const found: CheckResult[] = [];
  for (const entry of entries.of<ContributedCheck>('checks')) {
    const { plugin, value } = entry;
    if (value.online === true && !online) continue;
    if (contributedCommand(commands, entry) === undefined) {
      found.push(finding('problem', value.command, `${plugin} names this command as its check, and has no such command. It was not run.`));
      continue;
    }
    try {
      const answers = answersIn(await commands.run(value.command, {}, call), plugin);
      // Of an account that is gone nothing is said any more.
      const current = answers.filter((each) => 'check' in each || accounts.find(each.account) !== undefined);
      found.push(...current.map((each) => withOwnActions(resultOf(each, value), plugin, sources)));
    } catch (error) {
      found.push(finding('problem', value.command, sentenceOf(error)));
    }
  }
  return found;
}

/** Throws where a plugin answers anything else than a list of findings. */
function answersIn(answer: unknown, plugin: string): readonly Answer[] {
  if (Array.isArray(answer) && answer.every(isAnswer)) return answer;
  throw new Error(`${plugin} did not answer a list of findings, each with check or account, state and text. Its author has to mend that.`);
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null) return false;
  const { check, account, state, text } = value as Readonly<Record<string, unknown>>;
  return typeof (check ?? account) === 'string' && STATES.includes(state) && typeof text === 'string';
}

/** The manager makes buttons of actions: behind one of a stranger's plugin stands no command but that plugin's own. */
function withOwnActions(result: CheckResult, plugin: string, { commands, plugins }: Sources): CheckResult {
  const { actions, ...rest } = result;
  if (!Array.isArray(actions)) return rest;
  const isProducts = plugins.plugins.some(({ id, bundled }) => id === plugin && bundled);
  const isAllowed = (command: string): boolean => isProducts || contributedCommand(commands, { plugin, value: { command } }) !== undefined;
  return { ...rest, actions: actions.filter((each) => isAllowed(String((each as { readonly command?: unknown } | null)?.command))) };
}

function resultOf(answer: Answer, { command, about = command }: ContributedCheck): CheckResult {
  if ('check' in answer) return answer;
  const { state, text, actions } = answer;
  return { check: `${about} ${answer.account}`, state, text, ...(actions !== undefined && { actions }) };
}
