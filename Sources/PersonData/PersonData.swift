// The PersonData module.
