// The access tokens of the manager's API at a change of ADMIN1's password: they open what the password opened, so the command that changes it names them.
import { type CommandCall, PostroomError } from '@postroom/sdk';
import type { CommandCatalogue } from '@postroom/sdk/services';

interface TokenRow {
  readonly token: string;
  readonly name: string;
}

/** What is said of them, for an answer; they are taken back first where that was asked for. Nothing where there are none, or no manager. */
export async function accessTokens(commands: CommandCatalogue, revoke: boolean, call: CommandCall): Promise<object> {
  const [list] = commands.withRole('access-tokens');
  const [revoking] = commands.withRole('revoke-access-token');
  if (list === undefined || revoking === undefined) return {};
  const tokens = (await commands.run(list.command, {}, call).catch(() => [])) as readonly TokenRow[];
  if (tokens.length === 0) return {};
  if (!revoke) {
    const one = `postroom ${revoking.command.replace('.', ' ')} TOKEN`;
    const next = `These access tokens are still good. Take one back: ${one}. All: set the password with --revoke-tokens.`;
    return { tokens, next };
  }
  for (const { token } of tokens) {
    await commands.run(revoking.command, { token }, call).catch((error: unknown) => {
      // One that another one made has gone with that.
      if (!(error instanceof PostroomError && error.code === 'user/unknown')) throw error;
    });
  }
  return { revokedTokens: tokens.map(({ name }) => name) };
}
