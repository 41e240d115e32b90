:each_column(l.%)
