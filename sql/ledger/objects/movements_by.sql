saas_metrics.ledger_movements(:settings, NULL, :each_input(p.%))
