// The frame around every page: navigation, palette, what everybody must see, and the idle lock.
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { ask } from '../api/client.js';
import { learnCommands } from '../api/lastChange.js';
import { live, startLive } from '../api/live.js';
import { useStore } from '../api/store.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { Notice } from '../controls/notices.js';
import { Page } from '../controls/page.js';
import { Dashboard } from '../pages/dashboard.js';
import { addressOf, PAGES } from '../pages/table.js';
import { startIdleLock } from './idleLock.js';
import { LastChangeBar } from './lastChangeBar.js';
import { TrialNotice } from './trialNotice.js';

const Palette = lazy(async () => ({ default: (await import('./palette.js')).Palette }));
const GROUPS = [
  ['mail', 'Mail'],
  ['office', 'Office'],
  ['server', 'Server'],
] as const;

export function Shell(): ReactNode {
  const [location] = useLocation();
  const [menuOpen, setMenuOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const { connected } = useStore(live);
  useEffect(startLive, []);
  useEffect(startIdleLock, []);
  useEffect(() => {
    void ask('GET', '/api/commands').then(learnCommands, () => undefined);
  }, []);
  useEffect(() => {
    const open = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setPaletteOpen(true);
      }
    };
    window.addEventListener('keydown', open);
    return () => window.removeEventListener('keydown', open);
  }, []);
  useEffect(() => {
    setMenuOpen(false);
    window.scrollTo(0, 0);
  }, [location]);

  return (
    <div className="shell">
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <header className="side">
        <div className="brand">
          <Link href="/" className="brand-link">
            <img src="/icon.svg" alt="" width="28" height="28" />
            <span>Postroom</span>
          </Link>
          <button
            type="button"
            className="button quiet menu-button"
            aria-expanded={menuOpen}
            aria-controls="navigation"
            onClick={() => setMenuOpen(!menuOpen)}
          >
            Menu
          </button>
        </div>
        <div id="navigation" className={menuOpen ? 'navigation open' : 'navigation'}>
          <button type="button" className="button search-button" onClick={() => setPaletteOpen(true)}>
            Search and run <kbd>Ctrl K</kbd>
          </button>
          <nav aria-label="Pages">
            <NavLink href="/" name="Overview" isCurrent={location === '/'} />
            {GROUPS.map(([group, title]) => (
              <div key={group}>
                <h2 className="nav-group">{title}</h2>
                {PAGES.filter((entry) => entry.group === group).map((entry) => {
                  const address = addressOf(entry);
                  return (
                    <NavLink
                      key={address}
                      href={address}
                      name={entry.name}
                      isCurrent={location === address || location.startsWith(`${address}/`)}
                    />
                  );
                })}
              </div>
            ))}
          </nav>
          <div className="side-foot">
            <button type="button" className="button quiet" onClick={() => void lock()}>
              Lock
            </button>
            <button
              type="button"
              className="button quiet"
              onClick={() => void ask('DELETE', '/api/session').finally(() => window.location.assign('/'))}
            >
              Log out
            </button>
          </div>
        </div>
      </header>
      <main id="page" tabIndex={-1}>
        {!connected && (
          <Notice kind="warning" title="The connection to the server is lost.">
            What you see may be old. The page connects again by itself.
          </Notice>
        )}
        <Banners />
        <TrialNotice />
        <Suspense fallback={<p className="lead">Loading...</p>}>
          <Switch>
            <Route path="/" component={Dashboard} />
            {PAGES.map(({ path, page }) => (
              <Route key={path} path={path} component={page} />
            ))}
            <Route>
              <Page title="There is no such page">
                <p>
                  The navigation shows all there are; <Link href="/">Overview</Link> is the first.
                </p>
              </Page>
            </Route>
          </Switch>
        </Suspense>
      </main>
      <LastChangeBar />
      {paletteOpen && (
        <Suspense>
          <Palette onClose={() => setPaletteOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}

function NavLink({ href, name, isCurrent }: { readonly href: string; readonly name: string; readonly isCurrent: boolean }): ReactNode {
  return (
    <Link href={href} className={isCurrent ? 'nav-link current' : 'nav-link'} aria-current={isCurrent ? 'page' : undefined}>
      {name}
    </Link>
  );
}

/** What must not be overlooked, on whatever page: no licence, wrong settings. */
function Banners(): ReactNode {
  const [location] = useLocation();
  const status = useCommand('status', {}, ['licence', 'plugin']).data;
  const settings = useResource('/api/settings', ['settings', 'problem']).data;
  const wrong = settings?.problems.find(({ severity }) => severity === 'error');
  return (
    <>
      {status?.reason !== undefined && location !== '/licence' && location !== '/setup' && (
        <Notice kind="problem" title="Mail does not flow.">
          {status.reason} <Link href="/licence">What to check</Link>
        </Notice>
      )}
      {wrong !== undefined && !location.startsWith('/settings') && (
        <Notice kind="problem" title="The settings file is wrong; the last good settings stay in force.">
          {wrong.message} <Link href="/settings?view=text">Mend it</Link>
        </Notice>
      )}
    </>
  );
}

async function lock(): Promise<void> {
  const { session } = await import('../api/sessionStore.js');
  await ask('POST', '/api/session/lock');
  session.set({ state: 'locked' });
}
