// Licence and device: the edition, its limits, and the manual's Trouble #1.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useCommand } from '../api/useCommand.js';
import { Badge, Notice, Problem } from '../controls/notices.js';
import { Card, Page } from '../controls/page.js';
import { DeviceForm } from '../forms/deviceForm.js';

export function LicencePage(): ReactNode {
  const { data, error } = useCommand('licence', {}, ['licence', 'settings', 'plugin']);
  return (
    <Page title="Licence and device" lead="Postroom works together with the network device that it was sold with.">
      <Problem sentence={error} />
      {data?.granted === false && (
        <Notice kind="problem" title="Mail is neither collected, nor sent, nor served now. Stored mail stays.">
          <p>{data.reason}</p>
          <p>{data.remedy}</p>
        </Notice>
      )}
      <Card title="The network device">
        <DeviceForm />
      </Card>
      {data?.granted === false && (
        <Card title="Trouble #1: what to check">
          <ol>
            <li>Is the device switched on, and do its lights show a connection?</li>
            <li>Is it plugged into the same network as this computer? Follow the cable at both ends.</li>
            <li>
              Does it still have the address above? A device that gets its address by DHCP may have another one now: give it a fixed one.
            </li>
            <li>Does a firewall on this computer keep pings, or the TCP port, from going out?</li>
            <li>Is the hardware address above that of this device? After a replacement it is another.</li>
          </ol>
          <p className="hint">It is looked for every minute. When it is seen, everything goes on by itself.</p>
        </Card>
      )}
      <Card
        title="Edition"
        actions={<Badge tone={data?.granted === true ? 'good' : 'problem'}>{data?.granted === true ? 'licensed' : 'no licence'}</Badge>}
      >
        <p>
          <strong>{data?.edition}</strong>
          {data?.limits !== undefined &&
            `: up to ${data.limits.accounts} ${data.limits.accounts === 1 ? 'account' : 'accounts'} with ${data.limits.usersPerAccount} users each. ADMIN1 and PUBLIC1 do not count.`}
        </p>
        <ul className="plain">
          <li>
            {data?.used.accounts ?? 0} {data?.limits !== undefined && `of ${data.limits.accounts}`} accounts in use
          </li>
          {data?.used.users.map(({ account, users }) => (
            <li key={account}>
              <Link href={`/accounts/${encodeURIComponent(account)}`}>{account}</Link>: {users}{' '}
              {data.limits !== undefined && `of ${data.limits.usersPerAccount}`} users
            </li>
          ))}
        </ul>
        <p className="hint">
          The editions are plugins: <Link href="/plugins">Plugins</Link> shows both, and exactly one is enabled.
        </p>
      </Card>
    </Page>
  );
}
