// What plugins have to say: their commands with the role `health-check` answer a row for each thing that they know of.
import { type CommandCall, sentenceOf } from '@postroom/sdk';
import type { Accounts } from '@postroom/sdk/services';
import type { CommandRegistry, OwnedDeclaration } from '../host/commandRegistry.js';
import { type CheckResult, warning } from './checkResult.js';

export interface HealthAnswers {
  /** About the server as a whole. */
  readonly server: readonly CheckResult[];
  /** About accounts that are there. */
  readonly accounts: readonly CheckResult[];
}

export async function checkHealth(accounts: Accounts, registry: CommandRegistry, call: CommandCall): Promise<HealthAnswers> {
  const ids = new Set(accounts.all.map(({ id }) => id));
  const server: CheckResult[] = [];
  const ofAccounts: CheckResult[] = [];
  for (const declaration of registry.withRole('health-check')) {
    try {
      const rows = rowsIn(await registry.run(declaration.command, {}, call));
      for (const row of rows) {
        const { account } = row;
        if (typeof account !== 'string') server.push(resultOf(row, textIn(row['check'], declaration.title)));
        else if (ids.has(account)) ofAccounts.push(resultOf(row, `${nameOf(declaration)} ${account}`));
      }
    } catch (error) {
      server.push(warning(nameOf(declaration), `It could not be looked at: ${sentenceOf(error)}`));
    }
  }
  return { server, accounts: ofAccounts };
}

function nameOf({ check, title }: OwnedDeclaration): string {
  return check ?? title;
}

type Row = Readonly<Record<string, unknown>>;

function rowsIn(answer: unknown): readonly Row[] {
  return Array.isArray(answer) ? answer.filter((row): row is Row => typeof row === 'object' && row !== null) : [];
}

/** Strangers' plugins answer whatever they like. */
function resultOf({ state, text }: Row, check: string): CheckResult {
  return { check, state: state === 'well' || state === 'problem' ? state : 'warning', text: textIn(text, 'It said nothing.') };
}

function textIn(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
