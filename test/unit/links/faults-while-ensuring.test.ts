import { sweepWhileEnsuring } from '../support/ensuring-faults.ts';
import { ensuringAsyncCalls } from '../support/six-calls.ts';

sweepWhileEnsuring(ensuringAsyncCalls);
