// Adds an account, or changes one: the form, and the commands that save it.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AccountsKindsRow } from '../answers.generated.js';
import { change, sentenceOf } from '../api/client.js';
import { Problem } from '../controls/notices.js';
import { type AccountDraft, assignments, EMPTY_ACCOUNT, isEmpty, missingIn } from './accountFields.js';
import { AccountForm } from './accountForm.js';

export function AccountEditor({
  kinds,
  present,
  onDone,
}: {
  readonly kinds: readonly AccountsKindsRow[];
  readonly present?: AccountDraft;
  readonly onDone: (id: string) => void;
}): ReactNode {
  const [draft, setDraft] = useState<AccountDraft>(present ?? EMPTY_ACCOUNT);
  const [problem, setProblem] = useState<string>();
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await saveAccount(draft, kinds, present === undefined);
      onDone(draft.id);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Problem sentence={problem} />
      <AccountForm draft={draft} onChange={setDraft} kinds={kinds} isNew={present === undefined} />
      <div className="actions end">
        <button type="submit" className="button primary">
          {present === undefined ? 'Add' : 'Save'}
        </button>
      </div>
    </form>
  );
}

/** Adds or changes the account, and sets its password where one was typed. Throws where the kind requires more. */
export async function saveAccount(draft: AccountDraft, kinds: readonly AccountsKindsRow[], isNew: boolean): Promise<void> {
  const { id, kind, address, password } = draft;
  const chosen = kinds.find((each) => each.kind === kind);
  const missing = missingIn(draft, chosen);
  if (missing.length > 0) throw new Error(`${chosen?.title ?? kind}: ${missing.join(', ')} must be filled in.`);
  const set = assignments(draft, chosen);
  if (isNew) await change('accounts.add', { account: id, address, kind, set: set.filter((each) => !isEmpty(each)) });
  else await change('accounts.change', { account: id, set: [`address=${address}`, `kind=${kind}`, ...set] });
  if (password !== '') await change('accounts.set-password', { account: id, password });
}
