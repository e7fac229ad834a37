// What to write in Bcc to reach colleagues with whom one shares an address: a name in front of it gets lost on the way to the server.
import type { ReactNode } from 'react';
import type { UsersListRow } from '../answers.generated.js';

type Colleague = Pick<UsersListRow, 'user' | 'bccAddress'>;

/** Lines of the list; beyond, one example says it for all. */
const MOST_LINES = 12;

/** For the sheet of `user`; nothing where the colleagues' own addresses will do. */
export function BccColleagues({ user, users }: { readonly user: string; readonly users: readonly Colleague[] }): ReactNode {
  const colleagues = users.filter((row) => row.user !== user && hasBccAddress(row));
  const [first] = colleagues;
  if (first === undefined) return null;
  return (
    <>
      <h3>Blind copies (Bcc) to colleagues</h3>
      <p className="hint">
        Mail programs leave the name in front of an address out of Bcc, and the shared address alone reaches nobody there. Write in Bcc
        {colleagues.length > MOST_LINES ? ', for each colleague in this way:' : ':'}
      </p>
      <ul className="plain bcc">
        {(colleagues.length > MOST_LINES ? [first] : colleagues).map((row) => (
          <li key={row.user}>
            {row.user}: <span className="address">{row.bccAddress}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function hasBccAddress({ bccAddress }: Colleague): boolean {
  return bccAddress !== undefined && !bccAddress.startsWith('none');
}
