import { sweepWhileEnsuring } from '../support/ensuring-faults.ts';
import { ensuringSyncCalls } from '../support/six-calls.ts';

sweepWhileEnsuring(ensuringSyncCalls);
