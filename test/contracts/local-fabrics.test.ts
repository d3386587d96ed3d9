import { LOCAL_FABRICS } from '../../src/fabric/local/catalogue.js';
import { openLocalFabric } from '../../src/fabric/local/open-local-fabric.js';
import { fabricContract } from './fabric-contract.js';

for (const { name } of LOCAL_FABRICS) {
  fabricContract(`local:${name}`, {
    open: () => openLocalFabric(name),
    failing: { inputs: { text: 'kettle '.repeat(150_000) }, kind: 'too-large' },
  });
}
