// The Setup Wizard's first step: the address that is shared, with a live test of the login.
import { type FormEvent, type ReactNode, useState } from 'react';
import { AccountAdvice } from '../accounts/accountAdvice.js';
import { saveAccount } from '../accounts/accountEditor.js';
import { type AccountDraft, EMPTY_ACCOUNT } from '../accounts/accountFields.js';
import { AccountForm } from '../accounts/accountForm.js';
import { KindSuggestion } from '../accounts/kindSuggestion.js';
import { LoginTestButton } from '../accounts/loginTest.js';
import type { AccountsListRow } from '../answers.generated.js';
import { sentenceOf } from '../api/client.js';
import { useCommand } from '../api/useCommand.js';
import { Problem } from '../controls/notices.js';
import { Card } from '../controls/page.js';

export function AddressStep({
  present,
  onDone,
}: {
  readonly present: AccountsListRow | undefined;
  readonly onDone: (id: string) => void;
}): ReactNode {
  const kinds = useCommand('accounts.kinds', {}, ['plugin']).data ?? [];
  const [draft, setDraft] = useState<AccountDraft>(EMPTY_ACCOUNT);
  const [savedId, setSavedId] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [another, setAnother] = useState(false);
  const save = async (): Promise<boolean> => {
    try {
      await saveAccount(draft, kinds, savedId === undefined);
      setSavedId(draft.id);
      setProblem(undefined);
      return true;
    } catch (error) {
      setProblem(sentenceOf(error));
      return false;
    }
  };
  if (present !== undefined && savedId === undefined && !another) {
    return (
      <Card title="Your e-mail account">
        <p>
          <span className="address">{present.address}</span> is shared already, as <strong>{present.account}</strong>.
        </p>
        <div className="actions">
          <button type="button" className="button primary" onClick={() => onDone(present.account)}>
            Go on with it
          </button>
          <button type="button" className="button" onClick={() => setAnother(true)}>
            Share another address
          </button>
        </div>
      </Card>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save().then((saved) => {
      if (saved) onDone(draft.id);
    });
  };
  return (
    <Card title="Your e-mail account">
      <form onSubmit={submit}>
        <Problem sentence={problem} />
        <AccountForm draft={draft} onChange={setDraft} kinds={kinds} isNew={savedId === undefined} />
        <LoginTestButton
          account={draft.id}
          before={save}
          label="Save and test the login"
          whenIn={
            <>
              <KindSuggestion account={draft.id} kind={draft.kind} onChoose={(kind) => setDraft({ ...draft, kind })} />
              <AccountAdvice account={draft.id} />
            </>
          }
        />
        <div className="actions end">
          <button type="submit" className="button primary">
            Next: Users
          </button>
        </div>
      </form>
    </Card>
  );
}
