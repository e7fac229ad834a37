import { expect } from 'chai';
import { complaints } from './loadReport.js';

describe('the reports of postal and rabid', () => {
  const heading = 'time,messages,data(K),errors,connections,SSL connections';

  it('are no complaint where the clock had come to a full minute', () => {
    expect(complaints(`${heading}\n07:21,10,26,0,7,0\n\n`)).to.deep.equal([]);
  });

  it('are one where a row counts an error, or a line says what went wrong', () => {
    const row = '07:21,10,26,2,7,0';
    const line = 'Server error:550 no such user.';
    expect(complaints(`${heading}\n${row}\n${line}\n`)).to.deep.equal([row, line]);
  });
});
