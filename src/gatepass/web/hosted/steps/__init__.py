"""The steps that a person takes: say who they are, open the mail, choose an account, consent."""
