// The store on SQLite keeps what every store promises.
import { storeSuite } from '../../../kit/storeSuite/storeSuite.js';
import { StoreFixture } from './storeFixture.js';

storeSuite('SQLite', () => StoreFixture.make());
