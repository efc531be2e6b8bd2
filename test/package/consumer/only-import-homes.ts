// oxlint-disable-next-line import/no-unassigned-import -- whether this has an effect is the question
import 'claude-shared-state/homes';
