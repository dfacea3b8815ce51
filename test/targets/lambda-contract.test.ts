/** The contract once more, for each way in which a function can be configured. */
import { readableContract, targetContract } from './contract.ts';
import { BUSY, lambdaWorld } from './lambda-world.ts';

const PUBLISHED = { 'can be restarted': 'of the same image Lambda publishes no second version' };

targetContract('lambda with a version', () => lambdaWorld({ publish: true }));
readableContract('lambda with a version', () => lambdaWorld({ publish: true }), BUSY);
targetContract('lambda with an alias', () => lambdaWorld({ alias: 'live' }), PUBLISHED);
readableContract('lambda with an alias', () => lambdaWorld({ alias: 'live' }), BUSY);
