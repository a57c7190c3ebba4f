"""What roles are called, and what they may do."""

from desk.acting import Role

ROLES = {
    Role.VIEWER: 'Viewer',
    Role.TRADER: 'Trader',
    Role.CONTRIBUTOR: 'Contributor',
    Role.ADMINISTRATOR: 'Administrator',
}
WHAT_ROLES_MAY = {
    Role.VIEWER: 'sees prices and charts, keeps lists and alerts',
    Role.TRADER: 'that, and paper trading',
    Role.CONTRIBUTOR: 'that, and adds and corrects prices',
    Role.ADMINISTRATOR: 'everything',
}
