"""What words mean: the metric, the rows, the statistic that a number is of."""
