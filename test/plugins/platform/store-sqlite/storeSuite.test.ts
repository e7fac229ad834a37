// The store on SQLite keeps what every store promises.
import { storeSuite } from '@postroom/sdk/testing/store';
import { StoreFixture } from './storeFixture.js';

storeSuite('SQLite', () => StoreFixture.make(), { isForOneServer: true, isLong: process.env['STORE_SUITE'] === 'long' });
