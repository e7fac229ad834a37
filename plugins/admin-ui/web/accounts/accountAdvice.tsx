// What plugins find out from an account's mail and people should hear of unasked: a sentence each, and the settings that it calls for.
import type { ReactNode } from 'react';
import { change } from '../api/client.js';
import { useCommand } from '../api/useCommand.js';
import { plainText } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { Notice, Problem } from '../controls/notices.js';
import { assignment } from './accountFields.js';

export function AccountAdvice({ account }: { readonly account: string }): ReactNode {
  const { data, error, reload } = useCommand('accounts.advice', { account });
  if (data === undefined) return <Problem sentence={error} />;
  return data.map(({ command, advice, changes }) => {
    const entries = Object.entries(changes);
    const apply = async (): Promise<void> => {
      await change('accounts.change', { account, set: entries.map(([key, value]) => assignment(key, value)) });
      reload();
    };
    return (
      <Notice key={command} kind="warning" title={entries.length === 0 ? 'Good to know.' : 'This calls for other settings.'}>
        <p>{advice}</p>
        {entries.length > 0 && (
          <ActionButton act={apply}>Set {entries.map(([key, value]) => `${key} to ${plainText(value)}`).join(' and ')}</ActionButton>
        )}
      </Notice>
    );
  });
}
