// The screens, by the first part of the address.
import { Changes } from './screens/changes.js';
import { Duplicates } from './screens/duplicates.js';
import { Files } from './screens/files.js';
import { History } from './screens/history.js';
import { Job } from './screens/job.js';
import { NewJob } from './screens/new.js';
import { Overview } from './screens/overview.js';
import { Plan } from './screens/plan.js';
import { Rename } from './screens/rename.js';

/**
 * @typedef {{id: string, title: string, is: any, icon?: string,
 *     nav?: boolean, under?: string, kind?: string}} Screen
 * `under`: the entry of the navigation that it belongs to. `kind`: it is left
 * out where the service has no such jobs.
 */
export const SCREENS = /** @type {Screen[]} */ ([
    {
        id: 'overview',
        title: 'Overview',
        icon: 'overview',
        is: Overview,
        nav: true,
    },
    { id: 'files', title: 'Files', icon: 'files', is: Files, nav: true },
    {
        id: 'duplicates',
        title: 'Duplicates',
        icon: 'dupes',
        is: Duplicates,
        nav: true,
    },
    { id: 'changes', title: 'Changes', icon: 'diff', is: Changes, nav: true },
    { id: 'rename', title: 'Rename', icon: 'rename', is: Rename, nav: true },
    {
        id: 'history',
        title: 'History',
        icon: 'history',
        is: History,
        nav: true,
    },
    { id: 'new', title: 'New job', icon: 'plus', is: NewJob },
    { id: 'jobs', title: 'Job', is: Job, under: 'history' },
    { id: 'plans', title: 'Plan', is: Plan, under: 'history' },
]);
