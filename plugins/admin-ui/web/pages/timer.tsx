// Timer Options, with what comes of them.
import type { ReactNode } from 'react';
import { Page } from '../controls/page.js';
import { NextConnections, TimerForm } from '../forms/timerForm.js';

export function TimerPage(): ReactNode {
  return (
    <Page title="Timer" lead="When the server connects to your ISP to send and receive mail.">
      <TimerForm />
      <NextConnections />
    </Page>
  );
}
