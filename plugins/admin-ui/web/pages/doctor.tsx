// Doctor: everything that mail depends on, looked at one by one.
import { type ReactNode, useState } from 'react';
import type { DoctorRow } from '../answers.generated.js';
import { change, sentenceOf } from '../api/client.js';
import { useCommand } from '../api/useCommand.js';
import { count } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { Confirm } from '../controls/dialog.js';
import { Badge, Notice, Problem } from '../controls/notices.js';
import { Card, Page } from '../controls/page.js';
import { TableFrame } from '../controls/tableFrame.js';

type FindingAction = NonNullable<DoctorRow['actions']>[number];
const TONES = { well: 'good', warning: 'warning', problem: 'problem' } as const;
const RANK = { problem: 0, warning: 1, well: 2 } as const;

export function DoctorPage(): ReactNode {
  const [logins, setLogins] = useState(false);
  const { data, error, reload } = useCommand('doctor', { logins }, ['settings', 'licence', 'plugin']);
  const [problem, setProblem] = useState<string>();
  const [asking, setAsking] = useState<FindingAction>();
  const act = async ({ command, args }: FindingAction): Promise<void> => {
    setAsking(undefined);
    try {
      await change(command, args);
      setProblem(undefined);
    } catch (thrown) {
      setProblem(sentenceOf(thrown));
    }
    reload();
  };
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
      <Problem sentence={problem ?? error} />
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
                    <td className="subject finding">
                      {finding.text}
                      {finding.actions !== undefined && (
                        <div className="actions">
                          {finding.actions.map((action) => (
                            <ActionButton key={action.title} act={() => (action.warning === undefined ? act(action) : setAsking(action))}>
                              {action.title}
                            </ActionButton>
                          ))}
                        </div>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </TableFrame>
          </Card>
        </>
      )}
      {asking !== undefined && (
        <Confirm
          title={`${asking.title}?`}
          question={asking.warning}
          yes={asking.title}
          onClose={() => setAsking(undefined)}
          onYes={() => void act(asking)}
        />
      )}
    </Page>
  );
}
