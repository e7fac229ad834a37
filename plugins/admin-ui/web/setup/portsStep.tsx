// The Setup Wizard's ports: whether mail programs can reach the server, and free ports where they can't.
import { type ReactNode, useState } from 'react';
import { change, sentenceOf } from '../api/client.js';
import { useCommand } from '../api/useCommand.js';
import { Badge, Notice, Problem } from '../controls/notices.js';
import { Card } from '../controls/page.js';

export function PortsStep(): ReactNode {
  const { data, error, reload } = useCommand('status', {}, ['licence', 'settings', 'plugin', 'activity']);
  const [problem, setProblem] = useState<string>();
  const ports = data?.ports ?? [];
  const closed = ports.filter((port) => port.state !== 'open');
  const fix = async (protocol: string): Promise<void> => {
    try {
      // Above 1023 no right is needed, and 0 takes whatever is free: the sheets say which.
      await change('config.set', {
        key: `${protocol}.listen`,
        value: JSON.stringify([
          { port: 0, security: 'starttls' },
          { port: 0, security: 'tls' },
        ]),
      });
      setProblem(undefined);
    } catch (thrown) {
      setProblem(sentenceOf(thrown));
    }
    reload();
  };
  return (
    <Card title="Can mail programs reach this server?">
      <Problem sentence={error ?? problem} />
      {data?.reason !== undefined && (
        <Notice kind="warning" title="The mail ports are closed.">
          {data.reason} {data.remedy}
        </Notice>
      )}
      <ul className="plain">
        {ports.map((port) => (
          <li key={`${port.protocol} ${port.host} ${port.port} ${port.security}`}>
            <Badge tone={port.state === 'open' ? 'good' : 'problem'}>{port.state === 'open' ? 'open' : 'not open'}</Badge>{' '}
            {port.protocol.toUpperCase()} port {port.port} ({port.security}){port.state !== 'open' && <p className="hint">{port.state}</p>}
          </li>
        ))}
      </ul>
      {closed.length === 0 && ports.length > 1 && <Notice kind="good">Every port is open.</Notice>}
      {[...new Set(closed.map(({ protocol }) => protocol))].map((protocol) => (
        <button key={protocol} type="button" className="button" onClick={() => void fix(protocol)}>
          Use free ports for {protocol.toUpperCase()}
        </button>
      ))}
    </Card>
  );
}
