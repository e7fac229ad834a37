// Doctor: everything that mail depends on, looked at one by one.
import { type ReactNode, useState } from 'react';
import { useCommand } from '../api/useCommand.js';
import { Badge, Card, Notice, Page, Problem, TableFrame } from '../parts/basics.js';
import { count } from '../parts/format.js';

interface Finding {
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  readonly text: string;
}
const TONES = { well: 'good', warning: 'warning', problem: 'problem' } as const;
const RANK = { problem: 0, warning: 1, well: 2 } as const;

export function DoctorPage(): ReactNode {
  const [logins, setLogins] = useState(false);
  const { data, error, reload } = useCommand<readonly Finding[]>('doctor', { logins }, ['settings', 'licence', 'plugin']);
  const findings = [...(data ?? [])].sort((a, b) => RANK[a.state] - RANK[b.state]);
  const bad = findings.filter(({ state }) => state !== 'well').length;
  return (
    <Page
      title="Doctor"
      lead="Looks at everything that mail depends on, and says what to do where something is not well."
      actions={
        <>
          <button type="button" className="button" aria-pressed={logins} onClick={() => setLogins(!logins)}>
            {logins ? 'Without the ISPs' : 'Also log in at the ISPs'}
          </button>
          <button type="button" className="button primary" onClick={reload}>
            Look again
          </button>
        </>
      }
    >
      <Problem sentence={error} />
      {data === undefined && error === undefined && <p className="lead">Looking...</p>}
      {data !== undefined && (
        <>
          <Notice kind={bad === 0 ? 'good' : 'warning'}>{bad === 0 ? 'All is well.' : `${count(bad, 'thing')} to look at.`}</Notice>
          <Card>
            <TableFrame label="Findings">
              <thead>
                <tr>
                  <th>Looked at</th>
                  <th>State</th>
                  <th>Finding</th>
                </tr>
              </thead>
              <tbody>
                {findings.map((finding, place) => (
                  <tr key={`${finding.check} ${place}`}>
                    <td className="tight">{finding.check}</td>
                    <td>
                      <Badge tone={TONES[finding.state]}>{finding.state}</Badge>
                    </td>
                    <td className="subject">{finding.text}</td>
                  </tr>
                ))}
              </tbody>
            </TableFrame>
          </Card>
        </>
      )}
    </Page>
  );
}
